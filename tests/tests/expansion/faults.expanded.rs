impl Heartbeat {
    fn open(self) -> Self {
        self
    }
    fn beat(&mut self) {}
    fn beat_again(&mut self) {}
    fn dump(&self) {}
}
::core::compile_error! {
    "a duration is a text with a unit: write `interval = \"1.5s\"`"
}
::core::compile_error! {
    "unknown key `lokc`: did you mean `lock`? known are `name`, `interval`, `jitter`, `lock`, `log`, `missed`, `idle`, `restart`, `restart_jitter`, `deadline`, `start_timeout`, `stop_timeout`, `on_error`, `nice`, `user`, `group`, `umask`, `core_dumps`, `instructions`, `workers`, `help`, `crate`"
}
::core::compile_error! {
    "#[setup] is called without a daemon: write `fn open() -> Result<Self>` or `fn open(cx: &Context) -> Result<Self>`"
}
::core::compile_error! {
    "a daemon has one #[execute]: this is the second"
}
::core::compile_error! {
    "#[on] wants to know on what: write `#[on(signal = USR2)]` or `#[on(idle)]`"
}
#[automatically_derived]
#[allow(clippy::redundant_closure, clippy::redundant_closure_for_method_calls)]
impl ::daemon_core::Daemon for Heartbeat {
    fn declare(spec: &mut ::daemon_core::Spec<Self>) {
        spec.package(::core::env!("CARGO_PKG_NAME"), ::core::env!("CARGO_PKG_VERSION"));
        spec.help("Beats.");
        spec.execute(|daemon, _| daemon.beat());
    }
}
const _: () = {
    const DAEMON: ::daemon_core::plan::Facts<'static> = ::daemon_core::plan::Facts::new()
        .text("help", "Beats.");
    const _: () = DAEMON.check("help");
};
