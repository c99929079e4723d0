//! A policy that does not exist.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(missed = slip)]
impl Beats {}

fn main() {}
