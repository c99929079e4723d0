//! A value without a key.

use daemon_core::prelude::*;

#[derive(Default)]
pub struct Primes;

#[worker(4)]
impl Primes {
    #[call]
    fn next(&mut self, after: u64) -> Result<u64> {
        Ok(after + 1)
    }
}

fn main() {}
