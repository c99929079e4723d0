//! A hook in a block of workers.

use daemon_core::prelude::*;

#[derive(Default)]
pub struct Primes;

#[worker]
impl Primes {
    #[call]
    fn next(&mut self, after: u64) -> Result<u64> {
        Ok(after + 1)
    }

    #[on(idle)]
    fn idle(&self) {}
}

fn main() {}
