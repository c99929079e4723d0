//! A result with a value: at the type.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[on(idle)]
    fn dump(&self) -> std::io::Result<u32> {
        Ok(0)
    }
}

fn main() {}
