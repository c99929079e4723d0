//! A call that is one already.

use daemon_core::prelude::*;

#[derive(Default)]
pub struct Primes;

#[worker]
impl Primes {
    #[call]
    #[call]
    fn next(&mut self, after: u64) -> Result<u64> {
        Ok(after + 1)
    }
}

fn main() {}
