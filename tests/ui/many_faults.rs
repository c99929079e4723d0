//! Ten mistakes that have nothing to do with each other: ten errors.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(intervall = "1s", lock = "fil", idle = "often", interval = "1.5 sx")]
impl Beats {
    #[execute]
    fn beat(&mut self) -> u32 {
        0
    }

    #[on(signal = "USR3")]
    fn dump(&self) {}

    #[on(idel)]
    fn rest(&self) {}

    #[every]
    fn tidy(&mut self) {}

    #[option]
    fn limit() -> Result<u32> {
        Ok(1)
    }

    #[plugin]
    const ALERTS: u32 = 1;
}

fn main() {}
