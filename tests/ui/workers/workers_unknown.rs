//! A type that is not there.

use daemon_core::prelude::*;

#[derive(Default)]
pub struct Primes;

#[worker]
impl Primes {
    #[call]
    fn next(&mut self) -> Result<u64> {
        Ok(2)
    }
}

#[derive(Default)]
struct Reader;

#[daemon(workers = [Prime])]
impl Reader {
    #[on(idle)]
    fn idle(&self) {}
}

fn main() {
    let _: fn() -> ExitCode = Reader::main;
}
