//! An argument that is not the context: at its type.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[execute]
    fn beat(&mut self, again: bool) {
        let _ = again;
    }
}

fn main() {}
