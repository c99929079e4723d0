//! The key `nice`, in each form.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(nice = auto)]
impl Beats {}

#[derive(Default)]
struct Second;

#[daemon(nice = "auto")]
impl Second {}

#[derive(Default)]
struct Third;

#[daemon(nice = -5)]
impl Third {}

#[derive(Default)]
struct Fourth;

#[daemon(nice = Self::LAST)]
impl Fourth {
    const LAST: i32 = 19;
}

#[derive(Default)]
struct Fifth;

#[daemon(nice = Nice::from(10))]
impl Fifth {}

fn main() {
    let _: [fn() -> ExitCode; 5] = [Beats::main, Second::main, Third::main, Fourth::main, Fifth::main];
}
