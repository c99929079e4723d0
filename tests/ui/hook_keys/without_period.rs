//! A key, and no period.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[every(on_error = log)]
    fn tidy(&mut self) {}
}

fn main() {}
