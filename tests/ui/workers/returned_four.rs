//! A hook that takes too much.

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
    fn done(&mut self, _: &Context, _: &Call, size: u64, more: u64) {
        _ = size + more;
    }
}

fn main() {
    let _: fn() -> ExitCode = Reader::main;
}
