//! The key `user`, in each form.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(user = "www-data")]
impl Beats {}

#[derive(Default)]
struct Second;

#[daemon(user = 33)]
impl Second {}

#[derive(Default)]
struct Third;

#[daemon(user = Self::USER)]
impl Third {
    const USER: &str = "www-data";
}

fn main() {
    let _: [fn() -> ExitCode; 3] = [Beats::main, Second::main, Third::main];
}
