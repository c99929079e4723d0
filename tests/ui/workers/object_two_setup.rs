//! Two setups.

use daemon_core::prelude::*;

#[derive(Default)]
pub struct Primes;

#[worker]
impl Primes {
    #[setup]
    fn open() -> Self {
        Self
    }

    #[setup]
    fn again() -> Self {
        Self
    }

    #[call]
    fn next(&mut self, after: u64) -> Result<u64> {
        Ok(after + 1)
    }
}

fn main() {}
