//! The word of another helper.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[execute(signal = USR2)]
    fn beat(&mut self) {}
}

fn main() {}
