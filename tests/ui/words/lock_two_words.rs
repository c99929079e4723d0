//! A text that is no word.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(lock = "a file")]
impl Beats {}

fn main() {}
