//! What is made is no plugin.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[plugin]
    fn alerts() -> u32 {
        0
    }
}

fn main() {}
