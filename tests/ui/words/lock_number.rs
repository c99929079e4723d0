//! No word at all.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(lock = 5)]
impl Beats {}

fn main() {}
