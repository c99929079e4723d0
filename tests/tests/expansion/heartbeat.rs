/// Beats every second and a half.
#[daemon(interval = "1.5s", lock = "file")]
impl Heartbeat {
    #[setup]
    fn open(_: &Context) -> Result<Self> {
        Ok(Self { beats: 0 })
    }

    #[execute]
    fn beat(&mut self) {
        self.beats += 1;
        log::info!("beat {}", self.beats);
    }

    /// Print the counter.
    #[on(signal = "USR2")]
    fn dump(&self) {
        log::info!("{} beats so far", self.beats);
    }

    #[every("10m")]
    fn tidy(&mut self, cx: &Context) -> io::Result<()> {
        Ok(())
    }
}
