/// Reads pages.
impl Reader {
    /// Gets a page.
    fn fetch(url: String, depth: u32) -> io::Result<Page> {
        get(url, depth)
    }
    fn push(line: String) -> Result<()> {
        send(line)
    }
    fn fetched(&mut self, page: Page) {
        self.pages.push(page);
    }
    fn sieved(&mut self, cx: &Context, call: &Call, primes: Vec<u64>) {}
    /// Tries again.
    fn lost(&self, call: &Call) -> Result<()> {
        Ok(())
    }
    fn gone(&self) {}
}
#[automatically_derived]
#[allow(clippy::redundant_closure, clippy::redundant_closure_for_method_calls)]
impl ::daemon_core::Daemon for Reader {
    fn declare(spec: &mut ::daemon_core::Spec<Self>) {
        spec.package(::core::env!("CARGO_PKG_NAME"), ::core::env!("CARGO_PKG_VERSION"));
        spec.about("Reads pages.");
        spec.workers::<Primes>();
        spec.workers::<crate::other::Thing>();
        spec.setup(|_| <Self as ::core::default::Default>::default());
        spec.worker::<_, (String, u32), io::Result<Page>>(Self::fetch)
            .pool(5)
            .timeout(::daemon_core::duration!("30s"))
            .retries(2)
            .spawn(::daemon_core::Spawn::lazy())
            .about("Gets a page.");
        spec.task::<_, (String,), Result<()>>(Self::push)
            .limit(8)
            .timeout(::daemon_core::duration!("1m"));
        spec.returned::<
                _,
                _,
                _,
                io::Result<Page>,
                _,
            >(Self::fetch, |daemon, _, _, value| daemon.fetched(value));
        spec.returned(
                Primes::sieve,
                |daemon, cx, call, value| daemon.sieved(cx, call, value),
            )
            .deadline(::daemon_core::duration!("5s"));
        spec.timed_out(Self::fetch, |daemon, _, call| daemon.lost(call))
            .about("Tries again.");
        spec.failed(Self::push, |daemon, _, call| daemon.lost(call))
            .on_error(::daemon_core::OnError::log())
            .about("Tries again.");
        spec.failed(Self::fetch, |daemon, _, _| daemon.gone());
    }
}
const _: () = {
    const DAEMON: ::daemon_core::plan::Facts<'static> = ::daemon_core::plan::Facts::new()
        .without("execute");
    const _: () = DAEMON
        .hook("worker")
        .number("pool", 5.0, "5")
        .text("timeout", "30s")
        .number("retries", 2.0, "2")
        .text("spawn", "lazy")
        .check("pool");
    const _: () = DAEMON
        .hook("worker")
        .number("pool", 5.0, "5")
        .text("timeout", "30s")
        .number("retries", 2.0, "2")
        .text("spawn", "lazy")
        .check("timeout");
    const _: () = DAEMON
        .hook("worker")
        .number("pool", 5.0, "5")
        .text("timeout", "30s")
        .number("retries", 2.0, "2")
        .text("spawn", "lazy")
        .check("retries");
    const _: () = DAEMON
        .hook("task")
        .number("limit", 8.0, "8")
        .text("timeout", "1m")
        .check("limit");
    const _: () = DAEMON
        .hook("task")
        .number("limit", 8.0, "8")
        .text("timeout", "1m")
        .check("timeout");
    const _: () = DAEMON.hook("returned").text("deadline", "5s").check("deadline");
};
