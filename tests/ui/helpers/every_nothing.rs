//! A period is missing.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[every]
    fn tidy(&mut self) {}
}

fn main() {}
