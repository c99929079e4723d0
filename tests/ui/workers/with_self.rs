//! A worker that wants the daemon.

use daemon_core::prelude::*;

#[derive(Default)]
struct Reader;

#[daemon]
impl Reader {
    #[worker]
    fn fetch(&mut self, url: String) -> Result<u64> {
        Ok(url.len() as u64)
    }
}

fn main() {
    let _: fn() -> ExitCode = Reader::main;
}
