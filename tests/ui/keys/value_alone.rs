//! A value without a key.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon("1.5s")]
impl Beats {}

fn main() {}
