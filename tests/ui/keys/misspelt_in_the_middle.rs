//! A misspelt key.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(restart_jiter = "1m", restart = "1h")]
impl Beats {

}

fn main() {}
