//! An argument that can not be sent.

use daemon_core::prelude::*;

pub struct Page {
    pub title: String,
}

#[derive(Default)]
struct Reader;

#[daemon]
impl Reader {
    #[worker]
    fn fetch(page: Page) -> Result<String> {
        Ok(page.title)
    }
}

fn main() {
    let _: fn() -> ExitCode = Reader::main;
}
