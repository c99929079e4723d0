//! A hook only borrows the daemon.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[execute]
    fn beat(self) {}
}

fn main() {}
