//! The same helper twice on one function.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[execute]
    #[execute]
    fn beat(&mut self) {}
}

fn main() {}
