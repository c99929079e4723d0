//! A task outside of a block.

use daemon_core::prelude::*;

#[task]
pub fn fetch(url: String) -> Result<u64> {
    Ok(url.len() as u64)
}

fn main() {}
