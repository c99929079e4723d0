//! Nothing behind the equals sign.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[on(signal = )]
    fn dump(&self) {}
}

fn main() {}
