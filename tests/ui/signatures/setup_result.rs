//! A setup that makes something else: at the type.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[setup]
    fn open(_: &Context) -> u32 {
        0
    }
}

fn main() {}
