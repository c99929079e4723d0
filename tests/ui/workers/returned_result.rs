//! A hook with a result that is none.

use daemon_core::prelude::*;

#[derive(Default)]
struct Reader;

#[daemon]
impl Reader {
    #[worker]
    fn fetch(url: String) -> Result<u64> {
        Ok(url.len() as u64)
    }

    #[on(returned = fetch)]
    fn done(&mut self, size: u64) -> u64 {
        size
    }
}

fn main() {
    let _: fn() -> ExitCode = Reader::main;
}
