//! A wrong result beside keys of the hook.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[execute(deadline = "5s", on_error = log)]
    fn beat(&mut self) -> Option<()> {
        None
    }
}

fn main() {}
