//! A comma missing between two keys.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[execute(deadline = "5s" on_error = log)]
    fn beat(&mut self) {}
}

fn main() {}
