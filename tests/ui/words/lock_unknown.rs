//! A lock that does not exist: the nearest is named.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(lock = "fil")]
impl Beats {}

fn main() {}
