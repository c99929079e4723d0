//! A hook that does not take the value.

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
    fn done(&mut self) {}
}

fn main() {
    let _: fn() -> ExitCode = Reader::main;
}
