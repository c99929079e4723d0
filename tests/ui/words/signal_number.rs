//! A signal by its number.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[on(signal = 12)]
    fn dump(&self) {}
}

fn main() {}
