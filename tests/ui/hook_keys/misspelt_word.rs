//! A misspelt policy.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[on(idle, on_error = "restat")]
    fn dump(&self) {}
}

fn main() {}
