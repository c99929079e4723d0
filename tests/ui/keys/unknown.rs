//! A misspelt key: the nearest is named.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(intervall = "1.5s")]
impl Beats {}

fn main() {}
