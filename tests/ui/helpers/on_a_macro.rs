//! A helper on the call of a macro.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

macro_rules! beats {
    () => {};
}

#[daemon]
impl Beats {
    #[execute]
    beats! {}
}

fn main() {}
