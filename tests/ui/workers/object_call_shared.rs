//! A call that only looks at the object.

use daemon_core::prelude::*;

#[derive(Default)]
pub struct Primes;

#[worker]
impl Primes {
    #[call]
    fn next(&self, after: u64) -> Result<u64> {
        Ok(after + 1)
    }
}

fn main() {}
