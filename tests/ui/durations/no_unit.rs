//! A text without a unit.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(interval = "1.5")]
impl Beats {}

fn main() {}
