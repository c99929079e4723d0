//! An interval that a processor can not keep.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(interval = "99us")]
impl Beats {
    #[execute]
    fn beat(&mut self) {}
}

fn main() {}
