//! The key `group`, in each form.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(group = "adm")]
impl Beats {}

#[derive(Default)]
struct Second;

#[daemon(group = 4)]
impl Second {}

fn main() {
    let _: [fn() -> ExitCode; 2] = [Beats::main, Second::main];
}
