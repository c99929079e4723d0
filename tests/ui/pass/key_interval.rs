//! The key `interval`, in each form.

use daemon_core::prelude::*;

const SECOND: Duration = Duration::from_secs(1);

#[derive(Default)]
struct Beats;

#[daemon(interval = "1.5s")]
impl Beats {
    #[execute]
    fn beat(&mut self) {}
}

#[derive(Default)]
struct Second;

#[daemon(interval = SECOND)]
impl Second {}

#[derive(Default)]
struct Third;

#[daemon(interval = 2 * Duration::from_millis(750))]
impl Third {}

fn main() {
    let _: [fn() -> ExitCode; 3] = [Beats::main, Second::main, Third::main];
}
