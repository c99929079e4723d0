//! A beginning of a function's name.

use daemon_core::prelude::*;

#[derive(Default)]
struct Reader;

#[daemon]
impl Reader {
    #[worker]
    fn fetch(url: String) -> Result<u64> {
        Ok(url.len() as u64)
    }

    #[on(returned = fetc)]
    fn done(&mut self, size: u64) {
        _ = size;
    }
}

fn main() {
    let _: fn() -> ExitCode = Reader::main;
}
