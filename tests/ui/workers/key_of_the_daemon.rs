//! A key of the whole daemon on a worker.

use daemon_core::prelude::*;

#[derive(Default)]
struct Reader;

#[daemon]
impl Reader {
    #[worker(interval = "5s")]
    fn fetch(url: String) -> Result<u64> {
        Ok(url.len() as u64)
    }
}

fn main() {
    let _: fn() -> ExitCode = Reader::main;
}
