//! A type that is no object of workers.

use daemon_core::prelude::*;

pub struct Plain;

#[derive(Default)]
struct Reader;

#[daemon(workers = [Plain])]
impl Reader {
    #[on(idle)]
    fn idle(&self) {}
}

fn main() {
    let _: fn() -> ExitCode = Reader::main;
}
