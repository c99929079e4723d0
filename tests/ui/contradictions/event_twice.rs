//! The same event twice on one function.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[on(idle)]
    #[on(signal = USR2)]
    #[on(idle, deadline = "1s")]
    fn dump(&self) {}
}

fn main() {}
