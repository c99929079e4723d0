//! A misspelt word.

use daemon_core::prelude::*;

#[derive(Default)]
struct Reader;

#[daemon]
impl Reader {
    #[worker(spawn = lasy)]
    fn fetch(url: String) -> Result<u64> {
        Ok(url.len() as u64)
    }
}

fn main() {
    let _: fn() -> ExitCode = Reader::main;
}
