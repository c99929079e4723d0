//! A state that serde does not know.

use daemon_core::prelude::*;

struct State;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[handover]
    fn keep(&self) -> State {
        State
    }
}

fn main() {}
