//! An event that takes no argument.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[on(idle(3))]
    fn dump(&self) {}
}

fn main() {}
