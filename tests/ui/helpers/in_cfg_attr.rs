//! A helper inside a cfg_attr.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[cfg_attr(unix, execute)]
    fn beat(&mut self) {}
}

fn main() {}
