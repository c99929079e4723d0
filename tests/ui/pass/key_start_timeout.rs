//! The key `start_timeout`, in each form.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(start_timeout = "2m")]
impl Beats {}

#[derive(Default)]
struct Second;

#[daemon(start_timeout = Duration::ZERO)]
impl Second {}

fn main() {
    let _: [fn() -> ExitCode; 2] = [Beats::main, Second::main];
}
