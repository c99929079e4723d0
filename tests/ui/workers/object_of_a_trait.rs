//! A block of a trait.

use daemon_core::prelude::*;

#[derive(Default)]
pub struct Primes;

#[worker]
impl Iterator for Primes {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        None
    }
}

fn main() {}
