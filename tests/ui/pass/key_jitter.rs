//! The key `jitter`, in each form.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(interval = "1.5s", jitter = "200ms")]
impl Beats {
    #[execute]
    fn beat(&mut self) {}
}

#[derive(Default)]
struct Others;

#[daemon(interval = "1.5s", jitter = Self::MOST)]
impl Others {
    const MOST: Duration = Duration::from_millis(5);

    #[execute]
    fn beat(&mut self) {}
}

fn main() {
    let _: [fn() -> ExitCode; 2] = [Beats::main, Others::main];
}
