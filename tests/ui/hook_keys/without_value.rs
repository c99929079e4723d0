//! A key without its value.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[execute(deadline =)]
    fn beat(&mut self) {}
}

fn main() {}
