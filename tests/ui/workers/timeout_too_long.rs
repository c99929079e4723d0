//! A time that is meant as never.

use daemon_core::prelude::*;

#[derive(Default)]
struct Reader;

#[daemon]
impl Reader {
    #[worker(timeout = "20000w")]
    fn fetch(url: String) -> Result<u64> {
        Ok(url.len() as u64)
    }
}

fn main() {
    let _: fn() -> ExitCode = Reader::main;
}
