//! An argument that is not the context.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[setup]
    fn open(_: u32) -> Self {
        Self
    }
}

fn main() {}
