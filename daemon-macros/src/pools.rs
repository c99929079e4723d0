//! The vocabulary of workers, spelled once: the keys of pools, the helpers, and what a call can come to. A part of `table`.
//!
//! May not hold a value, and may not read or emit tokens.

use crate::table::{Called, Helper, HookKey, Inputs, Item, Key, Kind, Slot, Wanted};

/// Every helper that declares a pool.
const POOLS: &[Kind] = &[Kind::Worker, Kind::Task];
/// Those whose processes serve more than one call.
const WORKERS: &[Kind] = &[Kind::Worker];

/// All keys of pools, in the order in which lists name them. Each is also the name of the method of `Pool` that it becomes.
pub const POOL_KEYS: [HookKey; 11] = [
    of(WORKERS, "pool", Slot::Moved, "pool = 5"),
    of(&[Kind::Task], "limit", Slot::Moved, "limit = 8"),
    of(POOLS, "timeout", Slot::Duration, "timeout = \"30s\""),
    of(POOLS, "retries", Slot::Moved, "retries = 2"),
    of(POOLS, "backoff", Slot::Duration, "backoff = \"1s\""),
    of(POOLS, "queue", Slot::Moved, "queue = 100"),
    of(WORKERS, "spawn", Slot::Word("Spawn", Item::Function), "spawn = lazy"),
    of(WORKERS, "max_calls", Slot::Moved, "max_calls = 1000"),
    of(WORKERS, "max_age", Slot::Duration, "max_age = \"1h\""),
    of(WORKERS, "max_memory", Slot::Moved, "max_memory = 100_000_000"),
    of(POOLS, "grace", Slot::Duration, "grace = \"5s\""),
];

/// A key of pools.
const fn of(on: &'static [Kind], name: &'static str, slot: Slot, example: &'static str) -> HookKey {
    HookKey { key: Key { name, slot, example }, on }
}

/// What every function is that has a process to itself while it runs.
const WORK: Wanted = Wanted {
    called: Called::Apart,
    inputs: Inputs::Sent(8),
    output: true,
    write: "`fn NAME(a: A, b: B) -> Result<R>` with types that own what they hold",
};

/// `#[worker]` on a function.
pub const WORKER: Helper = Helper { name: "worker", kind: Kind::Worker, example: "#[worker]", wanted: WORK };

/// `#[task]`
pub const TASK: Helper = Helper { name: "task", kind: Kind::Task, example: "#[task]", wanted: WORK };

/// `#[call]`, in a block under `#[worker]`.
pub const CALL: Helper = Helper {
    name: "call",
    kind: Kind::Call,
    example: "#[call]",
    wanted: Wanted {
        called: Called::OnObject,
        inputs: Inputs::Sent(8),
        output: true,
        write: "`fn NAME(&mut self, a: A, b: B) -> Result<R>` with types that own what they hold",
    },
};

/// `#[setup]`, in a block under `#[worker]`.
pub const SETUP: Helper = Helper {
    name: "setup",
    kind: Kind::Open,
    example: "#[setup]",
    wanted: Wanted {
        called: Called::BeforeObject,
        inputs: Inputs::Lent(0, 0),
        output: true,
        write: "`fn NAME() -> Result<Self>`",
    },
};

/// What a call can come to, as the word before `=` in `#[on(returned = fetch)]`. Each is also the name of the method of
/// `Spec` that it becomes.
pub const ENDINGS: [Helper; 3] = [
    Helper {
        name: "returned",
        kind: Kind::Returned,
        example: "#[on(returned = fetch)]",
        wanted: Wanted {
            called: Called::OnDaemon,
            inputs: Inputs::Ending { value: true },
            output: false,
            write: "`fn NAME(&mut self, value: T)`, `fn NAME(&mut self, call: &Call, value: T)` or \
                    `fn NAME(&mut self, cx: &Context, call: &Call, value: T)`",
        },
    },
    Helper { name: "timed_out", kind: Kind::TimedOut, example: "#[on(timed_out = fetch)]", wanted: LOST },
    Helper { name: "failed", kind: Kind::Failed, example: "#[on(failed = fetch)]", wanted: LOST },
];

/// What hears of a call that has no result.
const LOST: Wanted = Wanted {
    called: Called::OnDaemon,
    inputs: Inputs::Ending { value: false },
    output: false,
    write: "`fn NAME(&mut self)`, `fn NAME(&mut self, call: &Call)` or `fn NAME(&mut self, cx: &Context, call: &Call)`",
};
