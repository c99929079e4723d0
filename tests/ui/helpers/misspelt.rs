//! A misspelt helper.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[exceute]
    fn beat(&mut self) {}
}

fn main() {}
