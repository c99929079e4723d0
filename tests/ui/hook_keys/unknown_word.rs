//! A policy that does not exist.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[execute(on_error = ignore)]
    fn beat(&mut self) {}
}

fn main() {}
