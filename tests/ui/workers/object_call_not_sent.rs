//! A result of a call that can not be sent.

use daemon_core::prelude::*;

#[derive(Default)]
pub struct Primes;

#[worker]
impl Primes {
    #[call]
    fn next(&mut self, after: u64) -> Result<(u64, std::rc::Rc<u64>)> {
        Ok((after, after.into()))
    }
}

fn main() {}
