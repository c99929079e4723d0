//! A signal that no process can catch.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[on(signal = KILL)]
    fn dump(&self) {}
}

fn main() {}
