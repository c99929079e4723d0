//! The key `zone` of hooks that follow the calendar.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    const HOME: &str = "UTC";

    #[cron("0 3 * * *", zone = "Europe/Berlin")]
    #[cron("@hourly", on_error = log, zone = Self::HOME)]
    fn tidy(&mut self) {}
}

fn main() {
    let _: fn() -> ExitCode = Beats::main;
}
