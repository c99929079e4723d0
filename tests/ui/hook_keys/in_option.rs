//! A key on an option.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[option(on_error = log)]
    fn limit(text: &str) -> Result<String> {
        Ok(text.to_owned())
    }
}

fn main() {}
