#[worker(crate = my_facade::daemon_core)]
impl Primes {
    #[call]
    fn next(&mut self) -> Result<u64> {
        Ok(2)
    }
}
