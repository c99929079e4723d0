//! An object that nothing makes.

use daemon_core::prelude::*;

pub struct Primes;

#[worker]
impl Primes {
    #[call]
    fn next(&mut self, after: u64) -> Result<u64> {
        Ok(after + 1)
    }
}

fn main() {}
