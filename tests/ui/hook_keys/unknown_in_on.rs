//! A misspelt key behind a trigger.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[on(signal = USR2, on_eror = log)]
    fn dump(&self) {}
}

fn main() {}
