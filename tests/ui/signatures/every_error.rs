//! An error that is none: at the type.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[every("1s")]
    fn tidy(&mut self) -> std::result::Result<(), u32> {
        Ok(())
    }
}

fn main() {}
