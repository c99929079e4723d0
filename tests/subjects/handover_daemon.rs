//! A daemon that hands its state over a restart in place. `handover_next` is its next version, whose state has another
//! path and so is another type.
//!
//! What becomes of the state the file `BEHAVE` says, each time anew: `panic`, `schema` (another one under the same name),
//! or how many kilobytes to add.

use std::fs;

use daemon_core::prelude::*;
use daemon_tests::asked;
use serde::{Deserialize, Serialize, Serializer};

#[derive(Default, Serialize, Deserialize)]
struct State {
    count: u64,
    #[serde(default, skip_serializing_if = "Ballast::is_none")]
    ballast: Ballast,
}

/// What can be wrong with a state.
#[derive(Default, Deserialize)]
enum Ballast {
    #[default]
    None,
    Bytes(String),
    Schema,
}

impl Ballast {
    fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }
}

impl Serialize for Ballast {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        match self {
            Self::Bytes(text) => serializer.serialize_newtype_variant("Ballast", 1, "Bytes", text),
            _ => serializer.serialize_bool(true),
        }
    }
}

struct Counter {
    state: State,
}

/// Counts its ticks, for ever.
#[daemon(name = "counter", interval = "10ms")]
impl Counter {
    #[setup]
    fn open(cx: &Context) -> Self {
        let state: Option<State> = cx.handed_over();
        match &state {
            Some(state) => log::info!("took over {}", state.count),
            None => log::info!("began anew"),
        }
        Self { state: State { count: state.unwrap_or_default().count, ballast: Ballast::None } }
    }

    #[execute]
    fn tick(&mut self) {
        self.state.count += 1;
    }

    #[handover]
    fn keep(&mut self) -> State {
        let behave = asked::<String>("BEHAVE").and_then(|path| fs::read_to_string(path).ok()).unwrap_or_default();
        let ballast = match behave.trim() {
            "" => Ballast::None,
            "panic" => panic!("told to panic"),
            "schema" => Ballast::Schema,
            kilobytes => Ballast::Bytes("x".repeat(kilobytes.parse::<usize>().expect("a number") << 10)),
        };
        log::info!("handed over {}", self.state.count);
        State { count: self.state.count, ballast }
    }
}

pub(crate) fn main() -> ExitCode {
    Counter::main()
}
