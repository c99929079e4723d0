//! An argument that does not exist.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[every(period = "1s")]
    fn tidy(&mut self) {}
}

fn main() {}
