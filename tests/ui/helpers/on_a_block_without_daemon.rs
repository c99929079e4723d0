//! A helper in a block whose #[daemon] was forgotten.

use daemon_core::prelude::*;

struct Beats;

impl Beats {
    #[on(signal = USR2)]
    fn dump(&self) {}
}

fn main() {}
