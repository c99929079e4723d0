//! A timer without a period.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[every("0s")]
    fn tidy(&mut self) {}
}

fn main() {}
