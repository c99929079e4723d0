//! A period without quotes.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[every(10 m)]
    fn tidy(&mut self) {}
}

fn main() {}
