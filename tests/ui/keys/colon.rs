//! A key written like a field.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(interval: "1s", lock = "file")]
impl Beats {}

fn main() {}
