//! A key set twice.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[execute(deadline = "5s", on_error = log, deadline = "6s")]
    fn beat(&mut self) {}
}

fn main() {}
