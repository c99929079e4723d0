//! The key `lock`, in each form.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(lock = "file")]
impl Beats {}

#[derive(Default)]
struct Second;

#[daemon(lock = none)]
impl Second {}

#[derive(Default)]
struct Third;

#[daemon(lock = path("/run/beats/lock"))]
impl Third {}

#[derive(Default)]
struct Fourth;

#[daemon(lock = Lock::file())]
impl Fourth {}

#[derive(Default)]
struct Fifth;

#[daemon(lock = Self::lock())]
impl Fifth {
    fn lock() -> Lock {
        Lock::none()
    }
}

fn main() {
    let _: [fn() -> ExitCode; 5] = [Beats::main, Second::main, Third::main, Fourth::main, Fifth::main];
}
