//! A misspelt event.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[on(shutdwon)]
    fn dump(&self) {}
}

fn main() {}
