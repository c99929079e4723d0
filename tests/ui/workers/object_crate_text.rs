//! A path as text.

use daemon_core::prelude::*;

#[derive(Default)]
pub struct Primes;

#[worker(crate = "daemon_core")]
impl Primes {
    #[call]
    fn next(&mut self, after: u64) -> Result<u64> {
        Ok(after + 1)
    }
}

fn main() {}
