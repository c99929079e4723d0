//! A start that nobody can keep.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(start_timeout = "1us")]
impl Beats {
    #[execute]
    fn beat(&mut self) {}
}

fn main() {}
