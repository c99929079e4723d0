//! A deadline in a unit that does not exist.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[every("10m", deadline = "1.5 sx")]
    fn tidy(&mut self) {}
}

fn main() {}
