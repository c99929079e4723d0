//! A hook blocks.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[execute]
    async fn beat(&mut self) {}
}

fn main() {}
