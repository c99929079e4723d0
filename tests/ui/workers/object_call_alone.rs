//! A call without the object.

use daemon_core::prelude::*;

#[derive(Default)]
pub struct Primes;

#[worker]
impl Primes {
    #[call]
    fn next(after: u64) -> Result<u64> {
        Ok(after + 1)
    }
}

fn main() {}
