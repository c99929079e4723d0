//! A deadline that allows for more missed slots than are made up for.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(interval = "5s", missed = burst(3))]
impl Beats {
    #[execute(deadline = "21s")]
    fn beat(&mut self) {}
}

fn main() {}
