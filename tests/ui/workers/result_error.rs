//! An error that is none.

use daemon_core::prelude::*;

#[derive(Default)]
struct Reader;

#[daemon]
impl Reader {
    #[task]
    fn fetch(url: String) -> Result<String, u64> {
        Ok(url)
    }
}

fn main() {
    let _: fn() -> ExitCode = Reader::main;
}
