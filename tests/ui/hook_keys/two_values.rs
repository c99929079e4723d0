//! Two values of one key.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[execute(deadline = "5s" "6s")]
    fn beat(&mut self) {}
}

fn main() {}
