//! A duration as a number.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(restart = 12)]
impl Beats {

}

fn main() {}
