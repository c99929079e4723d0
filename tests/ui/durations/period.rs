//! A period that can not be read.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[every("10 minits")]
    fn tidy(&mut self) {}
}

fn main() {}
