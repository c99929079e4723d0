//! A key alone.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(interval)]
impl Beats {}

fn main() {}
