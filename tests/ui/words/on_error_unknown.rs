//! A policy for failing hooks that does not exist.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(on_error = ignore)]
impl Beats {}

fn main() {}
