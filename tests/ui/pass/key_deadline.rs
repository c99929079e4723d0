//! The key `deadline`, in each form.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(deadline = "30s")]
impl Beats {}

#[derive(Default)]
struct Second;

#[daemon(deadline = Duration::from_millis(500))]
impl Second {}

fn main() {
    let _: [fn() -> ExitCode; 2] = [Beats::main, Second::main];
}
