#[daemon(interval = 5, lokc = "file", help = "Beats.")]
impl Heartbeat {
    #[setup]
    fn open(self) -> Self {
        self
    }

    #[execute]
    fn beat(&mut self) {}

    #[execute]
    fn beat_again(&mut self) {}

    #[on]
    fn dump(&self) {}
}
