//! A result that can not be sent.

use daemon_core::prelude::*;

pub struct Page {
    pub title: String,
}

#[derive(Default)]
struct Reader;

#[daemon]
impl Reader {
    #[worker(pool = 5)]
    fn fetch(title: String) -> Result<Page> {
        Ok(Page { title })
    }
}

fn main() {
    let _: fn() -> ExitCode = Reader::main;
}
