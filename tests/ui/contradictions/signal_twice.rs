//! The same signal twice on one function.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[on(signal = USR2)]
    #[on(signal = "USR2")]
    fn dump(&self) {}
}

fn main() {}
