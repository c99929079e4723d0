//! A hook is called by safe code.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[execute]
    unsafe fn beat(&mut self) {}
}

fn main() {}
