//! On a function.

use daemon_core::prelude::*;

#[daemon]
fn beat() {}

fn main() {}
