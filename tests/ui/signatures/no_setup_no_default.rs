//! Without a setup the type is made by `Default`.

use daemon_core::prelude::*;

struct Beats;

#[daemon]
impl Beats {}

fn main() {}
