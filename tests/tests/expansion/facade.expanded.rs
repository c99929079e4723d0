impl Beats {
    fn beat(&mut self) {}
}
#[allow(non_local_definitions)]
const _: () = {
    use my_facade::daemon_core as __daemon_core;
    #[automatically_derived]
    #[allow(clippy::redundant_closure, clippy::redundant_closure_for_method_calls)]
    impl __daemon_core::Daemon for Beats {
        fn declare(spec: &mut __daemon_core::Spec<Self>) {
            spec.package(
                ::core::env!("CARGO_PKG_NAME"),
                ::core::env!("CARGO_PKG_VERSION"),
            );
            spec.interval(__daemon_core::duration!("1s"));
            spec.lock(__daemon_core::Lock::file());
            spec.setup(|_| <Self as ::core::default::Default>::default());
            spec.execute(|daemon, _| daemon.beat());
        }
    }
    const _: () = {
        const DAEMON: __daemon_core::plan::Facts<'static> = __daemon_core::plan::Facts::new()
            .text("interval", "1s")
            .text("lock", "file");
        const _: () = DAEMON.check("interval");
    };
};
