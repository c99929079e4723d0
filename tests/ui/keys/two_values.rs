//! Two values for one key.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(idle = 0.5 0.6)]
impl Beats {}

fn main() {}
