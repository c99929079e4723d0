/// Finds primes.
impl<T: Clone> Primes<T> {
    const LONG: Duration = duration!("1m");
    fn open() -> io::Result<Self> {
        Ok(Self { known: Vec::new() })
    }
    /// Those in a range.
    fn sieve(&mut self, from: u64, to: u64) -> Result<Vec<T>> {
        self.more(from..to)
    }
    #[cfg(unix)]
    fn clear(&mut self) -> Result<()> {
        Ok(self.known.clear())
    }
    fn more(&mut self, range: Range<u64>) -> Result<Vec<T>> {
        Ok(Vec::new())
    }
}
#[automatically_derived]
#[allow(clippy::redundant_closure, clippy::redundant_closure_for_method_calls)]
impl<T: Clone> ::daemon_core::worker::Object for Primes<T> {
    fn declare(pool: &mut ::daemon_core::worker::ObjectPool<Self>) {
        pool.about("Finds primes.");
        pool.pool(4);
        pool.max_age(::daemon_core::duration!("1h"));
        pool.grace(Self::LONG);
        pool.setup(|| { Self::open() });
        pool.call::<_, (u64, u64), Result<Vec<T>>>(Self::sieve);
        #[cfg(unix)] pool.call::<_, (), Result<()>>(Self::clear);
    }
}
const _: () = ::daemon_core::plan::Facts::new()
    .hook("worker")
    .number("pool", 4.0, "4")
    .text("max_age", "1h")
    .check("pool");
const _: () = ::daemon_core::plan::Facts::new()
    .hook("worker")
    .number("pool", 4.0, "4")
    .text("max_age", "1h")
    .check("max_age");
