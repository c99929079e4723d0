//! A trigger is missing.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[on]
    fn dump(&self) {}
}

fn main() {}
