//! Two handovers.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[handover]
    fn keep(&self) -> u64 {
        1
    }

    #[handover]
    fn keep_more(&self) -> u64 {
        2
    }
}

fn main() {}
