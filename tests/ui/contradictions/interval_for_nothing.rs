//! An interval at which nothing runs.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(interval = "1s")]
impl Beats {
    #[on(signal = USR2)]
    fn dump(&self) {}
}

fn main() {}
