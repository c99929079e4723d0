//! A helper where there is no block.

use daemon_core::prelude::*;

#[execute]
fn beat() {}

fn main() {}
