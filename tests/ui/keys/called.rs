//! A key written like a function.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(interval("1s"))]
impl Beats {}

fn main() {}
