//! A number is no duration.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(interval = 5)]
impl Beats {}

fn main() {}
