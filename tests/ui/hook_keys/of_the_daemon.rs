//! A key of the whole daemon.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[every("10m", interval = "1s")]
    fn tidy(&mut self) {}
}

fn main() {}
