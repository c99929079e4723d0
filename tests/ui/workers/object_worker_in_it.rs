//! A worker in a block of workers.

use daemon_core::prelude::*;

#[derive(Default)]
pub struct Primes;

#[worker]
impl Primes {
    #[call]
    fn next(&mut self, after: u64) -> Result<u64> {
        Ok(after + 1)
    }

    #[worker]
    fn idle() -> Result<()> {
        Ok(())
    }
}

fn main() {}
