//! Two setups.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[setup]
    fn open() -> Self {
        Self
    }

    #[setup]
    fn open_again() -> Self {
        Self
    }
}

fn main() {}
