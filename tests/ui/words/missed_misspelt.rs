//! A misspelt policy.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(missed = dealy)]
impl Beats {

}

fn main() {}
