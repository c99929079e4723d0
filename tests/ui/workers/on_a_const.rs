//! A worker that is no function.

use daemon_core::prelude::*;

#[derive(Default)]
struct Reader;

#[daemon]
impl Reader {
    #[worker]
    const FETCH: u64 = 5;
}

fn main() {
    let _: fn() -> ExitCode = Reader::main;
}
