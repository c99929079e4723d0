//! Nobody says what the parameter is.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[execute]
    fn beat<T: Default>(&mut self) {}
}

fn main() {}
