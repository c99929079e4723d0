//! A worker outside of a block.

use daemon_core::prelude::*;

#[worker(pool = 5)]
pub fn fetch(url: String) -> Result<u64> {
    Ok(url.len() as u64)
}

fn main() {}
