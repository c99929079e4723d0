//! A misspelt trigger.

use daemon_core::prelude::*;

#[derive(Default)]
struct Reader;

#[daemon]
impl Reader {
    #[worker]
    fn fetch(url: String) -> Result<u64> {
        Ok(url.len() as u64)
    }

    #[on(timedout = fetch)]
    fn done(&mut self) {}
}

fn main() {
    let _: fn() -> ExitCode = Reader::main;
}
