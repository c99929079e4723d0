//! A number with a unit, without the quotes.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(interval = 1.5s)]
impl Beats {}

fn main() {}
