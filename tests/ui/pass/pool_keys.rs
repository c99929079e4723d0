//! Each key of a pool, as literals, words and expressions, in all three places.

use daemon_core::Spawn;
use daemon_core::prelude::*;

#[derive(Default)]
struct Reader;

const MANY: usize = 3;

#[daemon(workers = [Primes])]
impl Reader {
    const LONG: Duration = duration!("1h");

    #[worker(
        pool = 5,
        timeout = "30s",
        retries = 2,
        backoff = "1s",
        queue = 100,
        spawn = lazy,
        max_calls = 1000,
        max_age = "1h",
        max_memory = 100_000_000,
        grace = "5s"
    )]
    fn literals(a: u8) -> Result<u8> {
        Ok(a)
    }

    #[worker(
        pool = MANY + 1,
        timeout = Self::LONG,
        retries = u32::MAX,
        backoff = Duration::ZERO,
        queue = MANY * 10,
        spawn = Spawn::eager(),
        max_calls = 1 << 20,
        max_age = Self::LONG * 2,
        max_memory = 1 << 30,
        grace = "100ms",
    )]
    fn expressions() -> Result<()> {
        Ok(())
    }

    #[worker(spawn = "on_first_call", timeout = "0s", queue = 0)]
    fn texts() -> Result<()> {
        Ok(())
    }

    #[task(limit = 8, timeout = "1m", retries = 1, backoff = "2s", queue = 10, grace = "1s")]
    fn tasks() -> Result<()> {
        Ok(())
    }

    #[task(limit = MANY)]
    fn more() -> Result<()> {
        Ok(())
    }
}

#[derive(Default)]
struct Primes;

#[worker(pool = MANY, spawn = auto, max_age = "2h", grace = duration!("1s"), queue = 0x10)]
impl Primes {
    #[call]
    fn next(&mut self) -> Result<u64> {
        Ok(2)
    }
}

fn main() {
    let _: fn() -> ExitCode = Reader::main;
}
