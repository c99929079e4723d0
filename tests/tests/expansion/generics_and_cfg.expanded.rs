#[cfg(unix)]
impl<T: Clone, const N: usize> Of<T, N>
where
    T: Default + 'static,
{
    #[cfg(feature = "files")]
    fn open(cx: &Context) -> Result<Self> {
        Self::read(cx)
    }
    #[cfg(target_os = "linux")]
    fn linux(&mut self) {}
    #[cfg(not(target_os = "linux"))]
    fn other(&mut self) {}
    fn read(_: &Context) -> Result<Self> {
        Ok(Self::default())
    }
}
#[cfg(unix)]
#[automatically_derived]
#[allow(clippy::redundant_closure, clippy::redundant_closure_for_method_calls)]
impl<T: Clone, const N: usize> ::daemon_core::Daemon for Of<T, N>
where
    T: Default + 'static,
{
    fn declare(spec: &mut ::daemon_core::Spec<Self>) {
        spec.package(::core::env!("CARGO_PKG_NAME"), ::core::env!("CARGO_PKG_VERSION"));
        spec.log("/var/log/of.log");
        #[cfg(not(feature = "files"))]
        spec.setup(|_| <Self as ::core::default::Default>::default());
        #[cfg(feature = "files")] spec.setup(|cx| { Self::open(cx) });
        #[cfg(target_os = "linux")] spec.execute(|daemon, _| daemon.linux());
        #[cfg(not(target_os = "linux"))] spec.execute(|daemon, _| daemon.other());
    }
}
#[cfg(unix)]
const _: () = {
    const DAEMON: ::daemon_core::plan::Facts<'static> = ::daemon_core::plan::Facts::new()
        .text("log", "/var/log/of.log");
    const _: () = DAEMON.check("log");
};
