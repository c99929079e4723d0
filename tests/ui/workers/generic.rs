//! A type parameter.

use daemon_core::prelude::*;

#[derive(Default)]
struct Reader;

#[daemon]
impl Reader {
    #[task]
    fn fetch<T: Into<String>>(url: T) -> Result<u64> {
        Ok(url.into().len() as u64)
    }
}

fn main() {
    let _: fn() -> ExitCode = Reader::main;
}
