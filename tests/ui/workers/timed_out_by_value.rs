//! A call that is not lent.

use daemon_core::prelude::*;

#[derive(Default)]
struct Reader;

#[daemon]
impl Reader {
    #[worker]
    fn fetch(url: String) -> Result<u64> {
        Ok(url.len() as u64)
    }

    #[on(timed_out = fetch)]
    fn done(&mut self, call: Call) {
        drop(call);
    }
}

fn main() {
    let _: fn() -> ExitCode = Reader::main;
}
