//! A result that can not be sent, and a hook that hears of it.

use daemon_core::prelude::*;

pub struct Page {
    pub title: String,
}

#[derive(Default)]
struct Reader;

#[daemon]
impl Reader {
    #[worker]
    fn fetch(title: String) -> Result<Page> {
        Ok(Page { title })
    }

    #[on(returned = fetch)]
    fn done(&mut self, page: Page) {
        drop(page);
    }
}

fn main() {
    let _: fn() -> ExitCode = Reader::main;
}
