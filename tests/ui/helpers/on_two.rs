//! Two triggers in one attribute.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[on(signal = USR2, idle)]
    fn dump(&self) {}
}

fn main() {}
