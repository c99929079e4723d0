//! The key `idle`, in each form.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(idle = 0.25)]
impl Beats {}

#[derive(Default)]
struct Second;

#[daemon(idle = 1.0 / 3.0)]
impl Second {}

fn main() {
    let _: [fn() -> ExitCode; 2] = [Beats::main, Second::main];
}
