//! A lock that does not exist.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(lock = redis)]
impl Beats {

}

fn main() {}
