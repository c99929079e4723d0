//! A word that wants an argument.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(missed = burst)]
impl Beats {}

fn main() {}
