//! A plugin made later.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[plugin]
    async fn alerts() -> u32 {
        1
    }
}

fn main() {}
