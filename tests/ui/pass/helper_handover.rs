//! The helper `#[handover]`.

use daemon_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct State {
    beats: u64,
}

struct Beats {
    beats: u64,
}

#[daemon]
impl Beats {
    #[setup]
    fn open(cx: &Context) -> Self {
        let state = cx.handed_over::<State>();
        Self { beats: state.map_or(0, |state| state.beats) }
    }

    #[handover]
    fn keep(&self) -> State {
        State { beats: self.beats }
    }
}

#[derive(Default)]
struct Mutable;

#[daemon]
impl Mutable {
    #[handover]
    fn keep(&mut self, cx: &Context) -> Option<String> {
        Some(cx.name().to_owned())
    }
}

fn main() {
    let _: [fn() -> ExitCode; 2] = [Beats::main, Mutable::main];
}
