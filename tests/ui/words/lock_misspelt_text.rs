//! A misspelt lock as text.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(lock = "flie")]
impl Beats {

}

fn main() {}
