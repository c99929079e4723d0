//! A hook is called on the daemon.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[execute]
    fn beat() {}
}

fn main() {}
