/// Reads the load.
///
/// And writes it down.
impl Pulse {
    const DAY: Duration = duration!("1d");
    fn log_file() -> PathBuf {
        PathBuf::from("/var/log/pulse")
    }
    fn open() -> io::Result<Self> {
        Self::read()
    }
    /// One line.
    fn line(&mut self, cx: &Context) -> io::Result<()> {
        self.write(cx)
    }
    /// Says how it is.
    fn r#say(&self) {}
    fn tidy(&mut self) {}
    fn nightly(&self) {}
    /// Stop after this many lines.
    fn max_lines(text: &str) -> Result<u32, ParseIntError> {
        text.parse()
    }
    fn keep(&self) -> u64 {
        self.beats
    }
    fn alerts() -> impl Plugin {
        Alerts
    }
}
#[automatically_derived]
#[allow(clippy::redundant_closure, clippy::redundant_closure_for_method_calls)]
impl ::daemon_core::Daemon for Pulse {
    fn declare(spec: &mut ::daemon_core::Spec<Self>) {
        spec.package(::core::env!("CARGO_PKG_NAME"), ::core::env!("CARGO_PKG_VERSION"));
        spec.about("Reads the load.\n\nAnd writes it down.");
        spec.name("pulse");
        spec.interval(PERIOD);
        spec.jitter(::daemon_core::duration!("200ms"));
        spec.lock(::daemon_core::Lock::path("/run/pulse"));
        spec.log(Self::log_file);
        spec.missed(::daemon_core::Missed::burst(3));
        spec.idle(0.1);
        spec.restart(::daemon_core::duration!("12h"));
        spec.restart_jitter(::daemon_core::duration!("30m"));
        spec.on_error(::daemon_core::OnError::stop());
        spec.nice(::daemon_core::Nice::auto());
        spec.instructions(["Create /var/spool/pulse."]);
        spec.help(include_str!("help.txt"));
        spec.setup(|_| { Self::open() });
        spec.execute(|daemon, cx| daemon.line(cx))
            .deadline(::daemon_core::duration!("5s"))
            .on_error(::daemon_core::OnError::log())
            .about("One line.");
        spec.on(::daemon_core::Signal::USR2, |daemon, _| daemon.r#say())
            .about("Says how it is.");
        spec.on(Signal::ALRM, |daemon, _| daemon.r#say()).about("Says how it is.");
        spec.on(::daemon_core::Event::idle(), |daemon, _| daemon.r#say())
            .deadline(Self::DAY)
            .about("Says how it is.");
        spec.on(::daemon_core::Event::shutdown(), |daemon, _| daemon.r#say())
            .about("Says how it is.");
        spec.every(::daemon_core::duration!("10m"), |daemon, _| daemon.tidy())
            .deadline(::daemon_core::duration!("30s"))
            .jitter(::daemon_core::duration!("1m"))
            .on_error(::daemon_core::OnError::stop());
        spec.every(Self::DAY, |daemon, _| daemon.tidy());
        spec.cron(::daemon_core::cron_line!("0 3 * * *"), |daemon, _| daemon.nightly())
            .zone("Europe/Berlin");
        spec.option("max_lines", Self::max_lines).about("Stop after this many lines.");
        spec.handover(|daemon, _| daemon.keep());
        spec.plugin(|| { Self::alerts() });
    }
}
const _: () = {
    const DAEMON: ::daemon_core::plan::Facts<'static> = ::daemon_core::plan::Facts::new()
        .text("name", "pulse")
        .text("jitter", "200ms")
        .text("lock", "path(\"/run/pulse\")")
        .text("missed", "burst(3)")
        .number("idle", 0.1, "0.1")
        .text("restart", "12h")
        .text("restart_jitter", "30m")
        .text("on_error", "stop")
        .text("nice", "auto");
    const _: () = DAEMON.check("name");
    const _: () = DAEMON.check("jitter");
    const _: () = DAEMON.check("idle");
    const _: () = DAEMON.check("restart");
    const _: () = DAEMON.check("restart_jitter");
    const _: () = DAEMON
        .hook("execute")
        .text("deadline", "5s")
        .text("on_error", "log")
        .check("deadline");
    const _: () = DAEMON
        .hook("every")
        .text("every", "10m")
        .text("deadline", "30s")
        .text("jitter", "1m")
        .text("on_error", "stop")
        .check("every");
    const _: () = DAEMON
        .hook("every")
        .text("every", "10m")
        .text("deadline", "30s")
        .text("jitter", "1m")
        .text("on_error", "stop")
        .check("deadline");
    const _: () = DAEMON
        .hook("every")
        .text("every", "10m")
        .text("deadline", "30s")
        .text("jitter", "1m")
        .text("on_error", "stop")
        .check("jitter");
    const _: () = DAEMON
        .hook("cron")
        .text("cron", "0 3 * * *")
        .text("zone", "Europe/Berlin")
        .check("cron");
    const _: () = DAEMON
        .hook("cron")
        .text("cron", "0 3 * * *")
        .text("zone", "Europe/Berlin")
        .check("zone");
    const _: () = ::daemon_core::plan::Facts::check_option("max_lines");
};
