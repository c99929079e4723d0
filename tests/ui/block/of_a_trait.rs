//! On the block of a trait.

use daemon_core::prelude::*;

struct Beats;

#[daemon]
impl Default for Beats {
    fn default() -> Self {
        Self
    }
}

fn main() {}
