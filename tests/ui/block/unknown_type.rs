//! A type that does not exist: said once.

use daemon_core::prelude::*;

#[daemon]
impl Baets {
    #[execute]
    fn beat(&mut self) {}
}

fn main() {}
