//! An option reads a text and nothing else.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[option]
    fn limit(text: String) -> Result<usize> {
        Ok(text.len())
    }
}

fn main() {}
