//! An expression of another type.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(interval = Some("1.5s"))]
impl Beats {}

fn main() {}
