//! A result that can be sent, and not read.

use daemon_core::prelude::*;

#[derive(serde::Serialize)]
pub struct Page {
    pub title: String,
}

#[derive(Default)]
struct Reader;

#[daemon]
impl Reader {
    #[worker]
    fn fetch(title: String) -> std::io::Result<Vec<Page>> {
        Ok(vec![Page { title }])
    }
}

fn main() {
    let _: fn() -> ExitCode = Reader::main;
}
