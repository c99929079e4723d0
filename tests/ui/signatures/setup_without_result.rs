//! A setup gives the daemon.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[setup]
    fn open() {}
}

fn main() {}
