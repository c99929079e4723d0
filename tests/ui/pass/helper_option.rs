//! The helper `#[option]`.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    /// At most this many.
    #[option]
    fn max_lines(text: &str) -> Result<u32> {
        Ok(text.parse()?)
    }

    #[option]
    fn r#type(text: &str) -> std::result::Result<bool, std::str::ParseBoolError> {
        text.parse()
    }
}

fn main() {
    let _: fn() -> ExitCode = Beats::main;
}
