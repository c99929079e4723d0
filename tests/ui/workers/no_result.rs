//! No result.

use daemon_core::prelude::*;

#[derive(Default)]
struct Reader;

#[daemon]
impl Reader {
    #[worker]
    fn fetch(url: String) {
        drop(url);
    }
}

fn main() {
    let _: fn() -> ExitCode = Reader::main;
}
