//! The same period twice on one function.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[every("10m")]
    #[every("10m")]
    fn tidy(&mut self) {}
}

fn main() {}
