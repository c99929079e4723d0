//! A worker on the type itself.

use daemon_core::prelude::*;

#[worker(pool = 5)]
pub struct Primes;

fn main() {}
