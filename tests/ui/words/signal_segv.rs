//! A signal that does not exist by this name, or can not be caught.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[on(signal = SEGV)]
    fn dump(&self) {}
}

fn main() {}
