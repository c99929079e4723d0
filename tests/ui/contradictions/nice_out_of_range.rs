//! A niceness that the system does not have.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(nice = -21)]
impl Beats {
    #[execute]
    fn beat(&mut self) {}
}

fn main() {}
