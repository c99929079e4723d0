//! The key `restart`, in each form.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(restart = "12h")]
impl Beats {}

#[derive(Default)]
struct Second;

#[daemon(restart = Duration::from_secs(60))]
impl Second {}

fn main() {
    let _: [fn() -> ExitCode; 2] = [Beats::main, Second::main];
}
