//! Two periods in one attribute.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[every("1s", "2s")]
    fn tidy(&mut self) {}
}

fn main() {}
