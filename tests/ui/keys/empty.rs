//! Nothing behind the equals sign.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(interval = , lock = "file")]
impl Beats {}

fn main() {}
