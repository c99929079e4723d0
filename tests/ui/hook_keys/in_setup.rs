//! A key where nothing runs again and again.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[setup(deadline = "5s")]
    fn open() -> Self {
        Self
    }
}

fn main() {}
