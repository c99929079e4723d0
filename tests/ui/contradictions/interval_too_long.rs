//! An interval longer than a century.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(interval = "101 weeks 36500d")]
impl Beats {
    #[execute]
    fn beat(&mut self) {}
}

fn main() {}
