//! An option reads a text.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[option]
    fn limit() -> Result<u32> {
        Ok(1)
    }
}

fn main() {}
