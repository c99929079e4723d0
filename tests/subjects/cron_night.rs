//! Says when its hooks of cron run, which are both meant for the same moment, and what is due next.

mod past_faketime;

use daemon_core::prelude::*;

#[derive(Default)]
struct Night;

#[daemon]
impl Night {
    #[cron("0 3 20 11 *", zone = "UTC")]
    fn here(&self) {
        log::info!("three o'clock in Greenwich");
    }

    #[cron("0 4 20 NOV *", zone = "Europe/Berlin")]
    fn there(&self) {
        log::info!("four o'clock in Berlin");
    }
}

fn main() -> ExitCode {
    Night::main()
}
