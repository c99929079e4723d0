//! A path as text.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(crate = "my_facade")]
impl Beats {

}

fn main() {}
