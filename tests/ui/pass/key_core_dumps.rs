//! The key `core_dumps`, in each form.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(core_dumps = true)]
impl Beats {}

#[derive(Default)]
struct Second;

#[daemon(core_dumps = cfg!(debug_assertions))]
impl Second {}

fn main() {
    let _: [fn() -> ExitCode; 2] = [Beats::main, Second::main];
}
