//! Arguments where there are none.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[execute(often)]
    fn beat(&mut self) {}
}

fn main() {}
