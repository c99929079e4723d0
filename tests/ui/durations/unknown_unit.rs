//! A unit that does not exist: found while compiling, at the text.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(interval = "1.5 sx")]
impl Beats {}

fn main() {}
