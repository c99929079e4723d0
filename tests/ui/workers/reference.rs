//! An argument that is borrowed.

use daemon_core::prelude::*;

#[derive(Default)]
struct Reader;

#[daemon]
impl Reader {
    #[worker]
    fn fetch(url: &str) -> Result<u64> {
        Ok(url.len() as u64)
    }
}

fn main() {
    let _: fn() -> ExitCode = Reader::main;
}
