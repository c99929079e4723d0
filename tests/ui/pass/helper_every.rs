//! The helper `#[every]`.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[every("10m")]
    #[every(Self::DAY)]
    fn tidy(&mut self) {}

    const DAY: Duration = Duration::from_secs(86_400);
}

fn main() {
    let _: fn() -> ExitCode = Beats::main;
}
