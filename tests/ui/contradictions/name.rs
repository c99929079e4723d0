//! A name that is not safe in a path.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(name = "../beats")]
impl Beats {
    #[execute]
    fn beat(&mut self) {}
}

fn main() {}
