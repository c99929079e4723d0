//! A key that no hook has.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[every("10m", retries = 3)]
    fn tidy(&mut self) {}
}

fn main() {}
