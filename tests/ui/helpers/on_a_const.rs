//! A helper on something that is no function.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[execute]
    const BEAT: u32 = 1;
}

fn main() {}
