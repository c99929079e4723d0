//! A setup makes the daemon: there is none yet.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[setup]
    fn open(&self) -> Self {
        Self
    }
}

fn main() {}
