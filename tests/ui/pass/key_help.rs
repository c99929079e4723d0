//! The key `help`, in each form.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(help = "Beats.")]
impl Beats {}

#[derive(Default)]
struct Second;

#[daemon(help = concat!("Beats", "."))]
impl Second {}

fn main() {
    let _: [fn() -> ExitCode; 2] = [Beats::main, Second::main];
}
