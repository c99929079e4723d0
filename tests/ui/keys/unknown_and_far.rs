//! A key that is like no other: all are listed.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(pidfile = "/run/beats.pid")]
impl Beats {}

fn main() {}
