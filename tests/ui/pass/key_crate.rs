//! The key `crate`, for crates that export the core again; also with the path in the helpers, and in `macro_rules!`.

/// A crate of the user's that exports the core.
pub mod facade {
    pub use daemon_core;

    #[macro_export]
    macro_rules! beats {
        ($name:ident, $period:literal) => {
            #[derive(Default)]
            struct $name;

            #[$crate::facade::daemon_core::daemon(crate = $crate::facade::daemon_core, interval = $period)]
            impl $name {
                #[$crate::facade::daemon_core::execute]
                fn beat(&mut self) {}
            }
        };
    }
}

use facade::daemon_core as found;
use facade::daemon_core::Daemon;

#[derive(Default)]
struct Beats;

/// Counts.
#[found::daemon(crate = facade::daemon_core, interval = "1s", lock = file, missed = burst(2))]
impl Beats {
    #[facade::daemon_core::execute(deadline = "1s")]
    fn beat(&mut self) {}

    #[facade::daemon_core::on(signal = USR2)]
    #[daemon_core::on(idle)]
    fn dump(&self, _: &found::Context) {}
}

#[derive(Default)]
struct Others<T>(T);

#[found::daemon(crate = crate::found)]
impl<T: Default + 'static> Others<T> {
    #[daemon_core::every("1s")]
    #[crate::found::every("2s")]
    fn tidy(&mut self) {}
}

beats!(Made, "2s");

fn main() {
    #[derive(Default)]
    struct Inside;

    #[found::daemon(crate = facade::daemon_core)]
    impl Inside {}

    let _: [fn() -> std::process::ExitCode; 4] = [Beats::main, Others::<u8>::main, Made::main, Inside::main];
}
