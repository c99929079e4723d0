//! A setup that takes something else.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[setup]
    fn open(_: &str) -> Self {
        Self
    }
}

fn main() {}
