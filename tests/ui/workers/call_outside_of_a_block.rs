//! A call outside of a block.

use daemon_core::prelude::*;

pub struct Primes;

impl Primes {
    #[call]
    pub fn next(&mut self) -> Result<u64> {
        Ok(2)
    }
}

fn main() {}
