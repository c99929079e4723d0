//! `#[cron]`: expressions, nicknames, constants, zones, keys, stacked.

use daemon_core::cron::Cron;
use daemon_core::prelude::*;

#[derive(Default)]
struct Archive;

#[daemon]
impl Archive {
    const OFTEN: Cron = daemon_core::cron_line!("*/15 8-18 * * MON-FRI");

    #[cron("0 3 * * *", zone = "Europe/Berlin", deadline = "1h", on_error = log)]
    #[cron("@daily")]
    #[cron(Self::OFTEN)]
    fn tidy(&mut self, _: &Context) -> std::io::Result<()> {
        Ok(())
    }
}

fn main() {
    let _: fn() -> ExitCode = Archive::main;
}
