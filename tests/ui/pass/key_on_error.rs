//! The key `on_error`, in each form.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(on_error = log)]
impl Beats {}

#[derive(Default)]
struct Second;

#[daemon(on_error = "restart")]
impl Second {}

#[derive(Default)]
struct Third;

#[daemon(on_error = OnError::stop())]
impl Third {}

fn main() {
    let _: [fn() -> ExitCode; 3] = [Beats::main, Second::main, Third::main];
}
