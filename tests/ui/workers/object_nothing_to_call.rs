//! An object that can not be called.

use daemon_core::prelude::*;

#[derive(Default)]
pub struct Primes;

#[worker]
impl Primes {
    fn next(&mut self) {}
}

fn main() {}
