//! A result that is no `Result`.

use daemon_core::prelude::*;

#[derive(Default)]
struct Reader;

#[daemon]
impl Reader {
    #[worker]
    fn fetch(url: String) -> u64 {
        url.len() as u64
    }
}

fn main() {
    let _: fn() -> ExitCode = Reader::main;
}
