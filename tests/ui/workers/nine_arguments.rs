//! More arguments than can be sent.

use daemon_core::prelude::*;

#[derive(Default)]
struct Reader;

#[daemon]
impl Reader {
    #[worker]
    fn fetch(_: u8, _: u8, _: u8, _: u8, _: u8, _: u8, _: u8, _: u8, ninth: Vec<u8>) -> Result<()> {
        drop(ninth);
        Ok(())
    }
}

fn main() {
    let _: fn() -> ExitCode = Reader::main;
}
