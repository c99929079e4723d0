//! Brackets in place of parentheses.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[on[idle]]
    fn dump(&self) {}
}

fn main() {}
