//! A function, where there are no workers.

use daemon_core::prelude::*;

#[derive(Default)]
struct Reader;

#[daemon]
impl Reader {
    #[on(returned = fetch)]
    fn done(&mut self, size: u64) {
        _ = size;
    }
}

fn main() {
    let _: fn() -> ExitCode = Reader::main;
}
