//! The key `stop_timeout`, in each form.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(stop_timeout = "20s")]
impl Beats {}

#[derive(Default)]
struct Second;

#[daemon(stop_timeout = Duration::from_secs(5))]
impl Second {}

fn main() {
    let _: [fn() -> ExitCode; 2] = [Beats::main, Second::main];
}
