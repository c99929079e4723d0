//! A mask of more than nine bits.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(umask = 0o1000)]
impl Beats {
    #[execute]
    fn beat(&mut self) {}
}

fn main() {}
