//! An event that does not exist: the nearest is named.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[on(idel)]
    fn dump(&self) {}
}

fn main() {}
