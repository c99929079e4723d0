//! `#[call]`, and `#[worker]` on the impl block of an object: with and without `#[setup]`, generic, and where the core is.

use daemon_core::prelude::*;

struct Primes {
    known: Vec<u64>,
}

/// Finds primes.
#[worker(pool = 4, max_calls = 1000)]
impl Primes {
    const FIRST: u64 = 2;

    #[setup]
    fn open() -> std::io::Result<Self> {
        Ok(Self { known: vec![Self::FIRST] })
    }

    /// Those in a range.
    #[call]
    fn sieve(&mut self, from: u64, to: u64) -> Result<Vec<u64>> {
        self.known.extend(from..to);
        self.more();
        Ok(self.known.clone())
    }

    #[cfg(any())]
    #[call]
    fn never(&mut self) -> Result<Nothing> {
        Ok(Nothing)
    }

    fn more(&mut self) {
        self.known.dedup();
    }
}

#[derive(Default)]
struct Shelf<T>(Vec<T>);

mod facade {
    pub use daemon_core as core;
}

#[daemon_core::worker(crate = facade::core)]
impl<T> Shelf<T>
where
    T: Default + Clone + serde::Serialize + serde::de::DeserializeOwned + 'static,
{
    #[daemon_core::call]
    fn put(self: &mut Self, what: T) -> Result<usize, String> {
        self.0.push(what);
        Ok(self.0.len())
    }

    #[call]
    fn clear(&mut self) -> Result<()> {
        self.0.clear();
        Ok(())
    }
}

struct Plain(u8);

#[worker]
impl Plain {
    #[setup]
    fn new() -> Self {
        Self(1)
    }

    #[call]
    fn get(&mut self) -> Result<u8> {
        Ok(self.0)
    }
}

#[derive(Default)]
struct Counter;

#[daemon(workers = [Primes, crate::Shelf::<u8>, Plain])]
impl Counter {
    #[on(returned = Primes::sieve)]
    fn sieved(&self, cx: &Context, _: &Call, primes: Vec<u64>) -> Result<()> {
        cx.call(Shelf::<u8>::put, (primes.len() as u8,))?;
        cx.call(Plain::get, ())?;
        Ok(())
    }

    #[on(failed = Shelf::<u8>::put)]
    fn full(&self) {}
}

fn main() {
    let _: fn() -> ExitCode = Counter::main;
}
