//! An event that is written otherwise.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[on(PreExecute)]
    fn dump(&self) {}
}

fn main() {}
