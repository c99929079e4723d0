//! An option may not be readable.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[option]
    fn limit(text: &str) -> usize {
        text.len()
    }
}

fn main() {}
