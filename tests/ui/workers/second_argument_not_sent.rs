//! An argument of several that can not be sent.

use daemon_core::prelude::*;

pub struct Page {
    pub title: String,
}

#[derive(Default)]
struct Reader;

#[daemon]
impl Reader {
    #[task]
    fn fetch(title: String, page: std::rc::Rc<Page>) -> Result<bool> {
        Ok(page.title == title)
    }
}

fn main() {
    let _: fn() -> ExitCode = Reader::main;
}
