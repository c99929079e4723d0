//! A setup that wants the context.

use daemon_core::prelude::*;

#[derive(Default)]
pub struct Primes;

#[worker]
impl Primes {
    #[setup]
    fn open(_: &Context) -> Result<Self> {
        Ok(Self)
    }

    #[call]
    fn next(&mut self, after: u64) -> Result<u64> {
        Ok(after + 1)
    }
}

fn main() {}
