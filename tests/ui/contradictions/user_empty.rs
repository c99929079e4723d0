//! A user without a name.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(user = "")]
impl Beats {
    #[execute]
    fn beat(&mut self) {}
}

fn main() {}
