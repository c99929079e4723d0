#[daemon(crate = my_facade::daemon_core, interval = "1s", lock = "file")]
impl Beats {
    #[my_facade::daemon_core::execute]
    fn beat(&mut self) {}
}
