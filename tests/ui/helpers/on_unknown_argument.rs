//! A misspelt argument.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[on(singal = USR2)]
    fn dump(&self) {}
}

fn main() {}
