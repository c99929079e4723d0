//! A result that is borrowed.

use daemon_core::prelude::*;

#[derive(Default)]
struct Reader;

#[daemon]
impl Reader {
    #[worker]
    fn fetch(_: String) -> &'static str {
        ""
    }
}

fn main() {
    let _: fn() -> ExitCode = Reader::main;
}
