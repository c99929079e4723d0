//! A handover gives the state.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[handover]
    fn keep(&self) {}
}

fn main() {}
