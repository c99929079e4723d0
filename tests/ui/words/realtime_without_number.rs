//! A real-time signal that does not exist.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[on(signal = realtime)]
    fn dump(&self) {}
}

fn main() {}
