//! A hook gets the context and nothing else.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[execute]
    fn beat(&mut self, _: &Context, _: bool) {}
}

fn main() {}
