//! A probability below zero.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(idle = -0.5)]
impl Beats {
    #[execute]
    fn beat(&mut self) {}
}

fn main() {}
