//! A setup that makes something else.

use daemon_core::prelude::*;

#[derive(Default)]
pub struct Primes;

#[worker]
impl Primes {
    #[setup]
    fn open() -> Result<u64> {
        Ok(5)
    }

    #[call]
    fn next(&mut self, after: u64) -> Result<u64> {
        Ok(after + 1)
    }
}

fn main() {}
