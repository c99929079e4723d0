//! A misspelt key of a hook.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[execute(deadlin = "5s")]
    fn beat(&mut self) {}
}

fn main() {}
