impl Primes {
    fn next(&mut self) -> Result<u64> {
        Ok(2)
    }
}
#[allow(non_local_definitions)]
const _: () = {
    use my_facade::daemon_core as __daemon_core;
    #[automatically_derived]
    #[allow(clippy::redundant_closure, clippy::redundant_closure_for_method_calls)]
    impl __daemon_core::worker::Object for Primes {
        fn declare(pool: &mut __daemon_core::worker::ObjectPool<Self>) {
            pool.setup(|| <Self as ::core::default::Default>::default());
            pool.call::<_, (), Result<u64>>(Self::next);
        }
    }
};
