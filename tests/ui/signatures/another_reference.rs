//! A reference to another type.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[on(idle)]
    fn dump(&self, signal: &Signal) {
        let _ = signal;
    }
}

fn main() {}
