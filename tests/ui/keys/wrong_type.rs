//! A value of the wrong type: rustc says so, at the value.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(idle = "often")]
impl Beats {}

fn main() {}
