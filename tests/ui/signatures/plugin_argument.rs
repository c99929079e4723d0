//! A plugin is made of nothing.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[plugin]
    fn alerts(_: &Context) -> Box<dyn Plugin> {
        unreachable!()
    }
}

fn main() {}
