//! A deadline of another type.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[on(idle, deadline = 1.5)]
    fn dump(&self) {}
}

fn main() {}
