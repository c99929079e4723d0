//! A value without its key.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[execute("5s")]
    fn beat(&mut self) {}
}

fn main() {}
