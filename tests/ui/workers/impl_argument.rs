//! An argument of no certain type.

use daemon_core::prelude::*;

#[derive(Default)]
struct Reader;

#[daemon]
impl Reader {
    #[worker]
    fn fetch(url: impl Into<String>) -> Result<u64> {
        Ok(url.into().len() as u64)
    }
}

fn main() {
    let _: fn() -> ExitCode = Reader::main;
}
