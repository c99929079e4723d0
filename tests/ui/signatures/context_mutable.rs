//! The context as a mutable reference.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[every("1s")]
    fn beat(&mut self, _: &mut Context) {}
}

fn main() {}
