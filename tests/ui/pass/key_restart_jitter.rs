//! The key `restart_jitter`, in each form.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(restart = "12h", restart_jitter = "30m")]
impl Beats {}

#[derive(Default)]
struct Second;

#[daemon(restart = "1m", restart_jitter = Duration::from_secs(5))]
impl Second {}

fn main() {
    let _: [fn() -> ExitCode; 2] = [Beats::main, Second::main];
}
