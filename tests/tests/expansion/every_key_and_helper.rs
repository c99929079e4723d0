/// Reads the load.
///
/// And writes it down.
#[daemon(
    name = "pulse",
    interval = PERIOD,
    jitter = "200ms",
    lock = path("/run/pulse"),
    log = Self::log_file,
    missed = burst(3),
    idle = 0.1,
    restart = "12h",
    restart_jitter = "30m",
    on_error = stop,
    nice = auto,
    instructions = ["Create /var/spool/pulse."],
    help = include_str!("help.txt")
)]
impl Pulse {
    const DAY: Duration = duration!("1d");

    fn log_file() -> PathBuf {
        PathBuf::from("/var/log/pulse")
    }

    #[setup]
    fn open() -> io::Result<Self> {
        Self::read()
    }

    /// One line.
    #[execute(deadline = "5s", on_error = log)]
    fn line(&mut self, cx: &Context) -> io::Result<()> {
        self.write(cx)
    }

    /// Says how it is.
    #[on(signal = USR2)]
    #[on(signal = Signal::ALRM)]
    #[on(idle, deadline = Self::DAY)]
    #[on("shutdown")]
    fn r#say(&self) {}

    #[every("10m", deadline = "30s", jitter = "1m", on_error = stop)]
    #[every(Self::DAY)]
    fn tidy(&mut self) {}

    #[cron("0 3 * * *", zone = "Europe/Berlin")]
    fn nightly(&self) {}

    /// Stop after this many lines.
    #[option]
    fn max_lines(text: &str) -> Result<u32, ParseIntError> {
        text.parse()
    }

    #[handover]
    fn keep(&self) -> u64 {
        self.beats
    }

    #[plugin]
    fn alerts() -> impl Plugin {
        Alerts
    }
}
