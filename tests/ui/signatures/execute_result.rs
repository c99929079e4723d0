//! A result that a hook does not have: at the type.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[execute]
    fn beat(&mut self) -> u32 {
        0
    }
}

fn main() {}
