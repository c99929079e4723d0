//! A comma left out.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(interval = "1s" lock = "file")]
impl Beats {
    #[execute]
    fn beat(&mut self) {}
}

fn main() {}
