//! A signal that does not exist.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[on(signal = "USR3")]
    fn dump(&self) {}
}

fn main() {}
