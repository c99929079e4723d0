/// Finds primes.
#[worker(pool = 4, max_age = "1h", grace = Self::LONG)]
impl<T: Clone> Primes<T> {
    const LONG: Duration = duration!("1m");

    #[setup]
    fn open() -> io::Result<Self> {
        Ok(Self { known: Vec::new() })
    }

    /// Those in a range.
    #[call]
    fn sieve(&mut self, from: u64, to: u64) -> Result<Vec<T>> {
        self.more(from..to)
    }

    #[cfg(unix)]
    #[call]
    fn clear(&mut self) -> Result<()> {
        Ok(self.known.clear())
    }

    fn more(&mut self, range: Range<u64>) -> Result<Vec<T>> {
        Ok(Vec::new())
    }
}
