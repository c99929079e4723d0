//! The key `name`, in each form.

use daemon_core::prelude::*;

const NAME: &str = "beats";

#[derive(Default)]
struct Beats;

#[daemon(name = "beats")]
impl Beats {}

#[derive(Default)]
struct Second;

#[daemon(name = NAME)]
impl Second {}

#[derive(Default)]
struct Third;

#[daemon(name = format!("{NAME}-2"))]
impl Third {}

fn main() {
    let _: [fn() -> ExitCode; 3] = [Beats::main, Second::main, Third::main];
}
