/// Reads pages.
#[daemon(workers = [Primes, crate::other::Thing])]
impl Reader {
    /// Gets a page.
    #[worker(pool = 5, timeout = "30s", retries = 2, spawn = lazy)]
    fn fetch(url: String, depth: u32) -> io::Result<Page> {
        get(url, depth)
    }

    #[task(limit = 8, timeout = "1m")]
    fn push(line: String) -> Result<()> {
        send(line)
    }

    #[on(returned = fetch)]
    fn fetched(&mut self, page: Page) {
        self.pages.push(page);
    }

    #[on(returned = Primes::sieve, deadline = "5s")]
    fn sieved(&mut self, cx: &Context, call: &Call, primes: Vec<u64>) {}

    /// Tries again.
    #[on(timed_out = fetch)]
    #[on(failed = push, on_error = log)]
    fn lost(&self, call: &Call) -> Result<()> {
        Ok(())
    }

    #[on(failed = fetch)]
    fn gone(&self) {}
}
