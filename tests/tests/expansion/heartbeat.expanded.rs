/// Beats every second and a half.
impl Heartbeat {
    fn open(_: &Context) -> Result<Self> {
        Ok(Self { beats: 0 })
    }
    fn beat(&mut self) {
        self.beats += 1;
        log::info!("beat {}", self.beats);
    }
    /// Print the counter.
    fn dump(&self) {
        log::info!("{} beats so far", self.beats);
    }
    fn tidy(&mut self, cx: &Context) -> io::Result<()> {
        Ok(())
    }
}
#[automatically_derived]
#[allow(clippy::redundant_closure, clippy::redundant_closure_for_method_calls)]
impl ::daemon_core::Daemon for Heartbeat {
    fn declare(spec: &mut ::daemon_core::Spec<Self>) {
        spec.package(::core::env!("CARGO_PKG_NAME"), ::core::env!("CARGO_PKG_VERSION"));
        spec.about("Beats every second and a half.");
        spec.interval(::daemon_core::duration!("1.5s"));
        spec.lock(::daemon_core::Lock::file());
        spec.setup(|cx| { Self::open(cx) });
        spec.execute(|daemon, _| daemon.beat());
        spec.on(::daemon_core::Signal::USR2, |daemon, _| daemon.dump())
            .about("Print the counter.");
        spec.every(::daemon_core::duration!("10m"), |daemon, cx| daemon.tidy(cx));
    }
}
const _: () = {
    const DAEMON: ::daemon_core::plan::Facts<'static> = ::daemon_core::plan::Facts::new()
        .text("interval", "1.5s")
        .text("lock", "file");
    const _: () = DAEMON.check("interval");
    const _: () = DAEMON.hook("every").text("every", "10m").check("every");
};
