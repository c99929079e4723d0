//! The key `missed`, in each form.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(missed = skip)]
impl Beats {}

#[derive(Default)]
struct Second;

#[daemon(missed = "delay")]
impl Second {}

#[derive(Default)]
struct Third;

#[daemon(missed = burst(3))]
impl Third {}

#[derive(Default)]
struct Fourth;

#[daemon(missed = Missed::skip())]
impl Fourth {}

fn main() {
    let _: [fn() -> ExitCode; 4] = [Beats::main, Second::main, Third::main, Fourth::main];
}
