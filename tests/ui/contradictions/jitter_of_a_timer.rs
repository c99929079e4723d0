//! A jitter that is not below its period.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[every("10m", jitter = "1h")]
    fn tidy(&mut self) {}
}

fn main() {}
