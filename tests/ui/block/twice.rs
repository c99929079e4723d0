//! Two declarations of one daemon.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {}

#[daemon]
impl Beats {}

fn main() {}
