//! A key, and no trigger.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[on(deadline = "5s")]
    fn dump(&self) {}
}

fn main() {}
