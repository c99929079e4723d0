//! The context in place of the call.

use daemon_core::prelude::*;

#[derive(Default)]
struct Reader;

#[daemon]
impl Reader {
    #[worker]
    fn fetch(url: String) -> Result<u64> {
        Ok(url.len() as u64)
    }

    #[on(failed = fetch)]
    fn done(&mut self, cx: &Context) {
        cx.stop();
    }
}

fn main() {
    let _: fn() -> ExitCode = Reader::main;
}
