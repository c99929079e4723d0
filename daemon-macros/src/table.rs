//! The whole vocabulary of the attribute, spelled once: every key, every helper, what each takes and what to write.
//!
//! May not hold a *value* (no unit, no signal, no lock kind: the core knows those) and may not read or emit tokens.

use crate::pools::{self, ENDINGS, POOL_KEYS};

/// A key of `#[daemon(key = value)]`. Each is also the name of the method of `Spec` that it becomes.
pub struct Key {
    /// The word.
    pub name: &'static str,
    /// How its value is read.
    pub slot: Slot,
    /// A whole correct `key = value`, for messages.
    pub example: &'static str,
}

/// How a value is read.
#[derive(Clone, Copy)]
pub enum Slot {
    /// A text such as `"1.5s"` goes through the core's `duration!`; other expressions are moved untouched.
    Duration,
    /// A text such as `"0 3 * * *"` goes through the core's `cron_line!`; other expressions are moved untouched.
    Cron,
    /// A single word, bare or as text, names an item of this type of the core; other expressions are moved untouched.
    Word(&'static str, Item),
    /// An array of types.
    Types,
    /// A bare word is a function of the block; a path is moved untouched.
    Function,
    /// Any expression, moved untouched.
    Moved,
}

/// What a bare word of a word slot names in its type.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Item {
    /// An associated function without arguments: `file` becomes `Lock::file()`.
    Function,
    /// An associated constant: `USR2` becomes `Signal::USR2`.
    Constant,
}

/// All keys, in the order in which lists name them.
pub const KEYS: [Key; 21] = [
    Key { name: "name", slot: Slot::Moved, example: "name = \"heartbeat\"" },
    Key { name: "interval", slot: Slot::Duration, example: "interval = \"1.5s\"" },
    Key { name: "jitter", slot: Slot::Duration, example: "jitter = \"200ms\"" },
    Key { name: "lock", slot: Slot::Word("Lock", Item::Function), example: "lock = \"file\"" },
    Key { name: "log", slot: Slot::Moved, example: "log = \"/var/log/heartbeat.log\"" },
    Key { name: "missed", slot: Slot::Word("Missed", Item::Function), example: "missed = skip" },
    Key { name: "idle", slot: Slot::Moved, example: "idle = 0.5" },
    Key { name: "restart", slot: Slot::Duration, example: "restart = \"12h\"" },
    Key { name: "restart_jitter", slot: Slot::Duration, example: "restart_jitter = \"30m\"" },
    Key { name: "deadline", slot: Slot::Duration, example: "deadline = \"30s\"" },
    Key { name: "start_timeout", slot: Slot::Duration, example: "start_timeout = \"2m\"" },
    Key { name: "stop_timeout", slot: Slot::Duration, example: "stop_timeout = \"1m\"" },
    Key { name: "on_error", slot: Slot::Word("OnError", Item::Function), example: "on_error = stop" },
    Key { name: "nice", slot: Slot::Word("Nice", Item::Function), example: "nice = auto" },
    Key { name: "user", slot: Slot::Moved, example: "user = \"www-data\"" },
    Key { name: "group", slot: Slot::Moved, example: "group = \"www-data\"" },
    Key { name: "umask", slot: Slot::Moved, example: "umask = 0o027" },
    Key { name: "core_dumps", slot: Slot::Moved, example: "core_dumps = true" },
    Key { name: "instructions", slot: Slot::Moved, example: "instructions = [\"first line\", \"second line\"]" },
    Key { name: "workers", slot: Slot::Types, example: "workers = [Primes]" },
    Key { name: "help", slot: Slot::Moved, example: "help = \"the text of --help\"" },
];

/// A key that stands in the helper of a hook, as in `#[execute(deadline = "5s")]`. Each is also the name of the method of
/// `Hook` that it becomes.
pub struct HookKey {
    /// The word, its slot, and an example.
    pub key: Key,
    /// The helpers that take it.
    pub on: &'static [Kind],
}

/// Every helper that declares a hook.
const HOOKS: &[Kind] =
    &[Kind::Execute, Kind::On, Kind::Every, Kind::Cron, Kind::Returned, Kind::TimedOut, Kind::Failed];

/// All keys of hooks, in the order in which lists name them.
pub const HOOK_KEYS: [HookKey; 4] = [
    HookKey { key: Key { name: "deadline", slot: Slot::Duration, example: "deadline = \"5s\"" }, on: HOOKS },
    HookKey {
        key: Key { name: "on_error", slot: Slot::Word("OnError", Item::Function), example: "on_error = log" },
        on: HOOKS,
    },
    HookKey { key: Key { name: "jitter", slot: Slot::Duration, example: "jitter = \"1m\"" }, on: &[Kind::Every] },
    HookKey { key: Key { name: "zone", slot: Slot::Moved, example: "zone = \"Europe/Berlin\"" }, on: &[Kind::Cron] },
];

/// A helper attribute on a function of the block. Each is also the name of the method of `Spec` that it becomes.
pub struct Helper {
    /// The word.
    pub name: &'static str,
    /// Which helper it is.
    pub kind: Kind,
    /// A whole correct attribute, for messages.
    pub example: &'static str,
    /// The signature that the function must have.
    pub wanted: Wanted,
}

impl Helper {
    /// The attribute's word, for messages: `execute`, and `on(returned)` where the trigger says which it is.
    pub fn shown(&self) -> String {
        if ending(self.name).is_some() { format!("on({})", self.name) } else { self.name.to_owned() }
    }
}

/// The helpers, for code that must tell them apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// `#[setup]`
    Setup,
    /// `#[execute]`
    Execute,
    /// `#[on(…)]`
    On,
    /// `#[every(…)]`
    Every,
    /// `#[cron(…)]`
    Cron,
    /// `#[option]`
    Option,
    /// `#[plugin]`
    Plugin,
    /// `#[handover]`
    Handover,
    /// `#[worker(…)]`
    Worker,
    /// `#[task(…)]`
    Task,
    /// `#[call]`
    Call,
    /// `#[setup]` in a block under `#[worker]`
    Open,
    /// `#[on(returned = …)]`
    Returned,
    /// `#[on(timed_out = …)]`
    TimedOut,
    /// `#[on(failed = …)]`
    Failed,
}

/// What the syntax of a function must look like; the types in it are rustc's affair.
pub struct Wanted {
    /// What it is called on.
    pub called: Called,
    /// The arguments after the receiver.
    pub inputs: Inputs,
    /// Whether it must return something by its syntax.
    pub output: bool,
    /// The signatures to write, with `NAME` in place of the function's name.
    pub write: &'static str,
}

/// What a function is called on.
#[derive(Clone, Copy)]
pub enum Called {
    /// The daemon, by `&self` or `&mut self`.
    OnDaemon,
    /// The object of a worker, by `&mut self`.
    OnObject,
    /// Nothing: there is no daemon yet.
    Alone,
    /// Nothing: there is no object yet.
    BeforeObject,
    /// Nothing: the daemon is in another process.
    Apart,
}

/// The arguments that a function must take.
#[derive(Clone, Copy)]
pub enum Inputs {
    /// Shared references: at least and at most so many.
    Lent(usize, usize),
    /// Values that go to another process: at most so many.
    Sent(usize),
    /// The last ones of context, call and, if there is one, value.
    Ending {
        /// Whether there is a value.
        value: bool,
    },
}

/// What every hook is: a method that may look at the context.
const HOOK: Wanted = Wanted {
    called: Called::OnDaemon,
    inputs: Inputs::Lent(0, 1),
    output: false,
    write: "`fn NAME(&mut self)` or `fn NAME(&mut self, cx: &Context)`",
};

/// All helpers, in the order in which lists name them.
pub const HELPERS: [Helper; 11] = [
    Helper {
        name: "setup",
        kind: Kind::Setup,
        example: "#[setup]",
        wanted: Wanted {
            called: Called::Alone,
            inputs: Inputs::Lent(0, 1),
            output: true,
            write: "`fn NAME() -> Result<Self>` or `fn NAME(cx: &Context) -> Result<Self>`",
        },
    },
    Helper { name: "execute", kind: Kind::Execute, example: "#[execute]", wanted: HOOK },
    Helper { name: "on", kind: Kind::On, example: "#[on(signal = USR2)]` or `#[on(idle)]", wanted: HOOK },
    Helper { name: "every", kind: Kind::Every, example: "#[every(\"10m\")]", wanted: HOOK },
    Helper { name: "cron", kind: Kind::Cron, example: "#[cron(\"0 3 * * *\")]", wanted: HOOK },
    Helper {
        name: "option",
        kind: Kind::Option,
        example: "#[option]",
        wanted: Wanted {
            called: Called::Alone,
            inputs: Inputs::Lent(1, 1),
            output: true,
            write: "`fn NAME(text: &str) -> Result<T>` with a type of your own for `T`",
        },
    },
    Helper {
        name: "plugin",
        kind: Kind::Plugin,
        example: "#[plugin]",
        wanted: Wanted {
            called: Called::Alone,
            inputs: Inputs::Lent(0, 0),
            output: true,
            write: "`fn NAME() -> impl Plugin`",
        },
    },
    Helper {
        name: "handover",
        kind: Kind::Handover,
        example: "#[handover]",
        wanted: Wanted {
            called: Called::OnDaemon,
            inputs: Inputs::Lent(0, 1),
            output: true,
            write: "`fn NAME(&self) -> S` or `fn NAME(&mut self, cx: &Context) -> S` with a type of your own for `S`",
        },
    },
    pools::WORKER,
    pools::TASK,
    pools::CALL,
];

/// The key that says where the core is, for crates that export it again. The only one that is no method.
pub const ROOT: Key = Key { name: "crate", slot: Slot::Moved, example: "crate = my_facade::daemon_core" };

/// What the core is called in an expansion under `crate = path`.
pub const ALIAS: &str = "__daemon_core";

/// The slot of the period of `#[every("10m")]`.
pub const PERIOD: Slot = Slot::Duration;
/// The slot of the expression of `#[cron("0 3 * * *")]`.
pub const EXPRESSION: Slot = Slot::Cron;
/// The words before `=` in `#[on(signal = USR2)]`, `#[on(returned = fetch)]` and their like.
pub const TRIGGERS: &[&str] = &[SIGNAL, ENDINGS[0].name, ENDINGS[1].name, ENDINGS[2].name];
/// The first of them.
pub const SIGNAL: &str = "signal";
/// The slot of the value of `signal`.
pub const SIGNAL_SLOT: Slot = Slot::Word("Signal", Item::Constant);
/// The slot of the bare word of `#[on(idle)]`.
pub const EVENT_SLOT: Slot = Slot::Word("Event", Item::Function);
/// The crate whose helpers may also be written with their path, `#[daemon_core::execute]`.
pub const CORE: &str = "daemon_core";

/// The cargo feature of the core that this helper needs, when it is off.
pub const fn missing_feature(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Cron if !cfg!(feature = "cron") => Some("cron"),
        Kind::Worker | Kind::Task | Kind::Call | Kind::Returned | Kind::TimedOut | Kind::Failed => workers(),
        _ => None,
    }
}

/// The cargo feature of the core that the value of this slot needs, when it is off.
pub const fn feature_of(slot: Slot) -> Option<&'static str> {
    match slot {
        Slot::Types => workers(),
        _ => None,
    }
}

const fn workers() -> Option<&'static str> {
    if cfg!(feature = "workers") { None } else { Some("workers") }
}

/// The key of this name.
pub fn key(name: &str) -> Option<&'static Key> {
    KEYS.iter().chain([&ROOT]).find(|key| key.name == name)
}

/// The key of hooks or pools of this name.
pub fn hook_key(name: &str) -> Option<&'static HookKey> {
    HOOK_KEYS.iter().chain(&POOL_KEYS).find(|hook| hook.key.name == name)
}

/// The names of the keys that this helper takes.
pub fn hook_keys(kind: Kind) -> impl Iterator<Item = &'static str> + Clone {
    HOOK_KEYS.iter().chain(&POOL_KEYS).filter(move |hook| hook.on.contains(&kind)).map(|hook| hook.key.name)
}

/// The first helper that takes this key, for messages.
pub fn helper_with(hook: &HookKey) -> &'static str {
    HELPERS.iter().find(|helper| hook.on.contains(&helper.kind)).map_or("execute", |helper| helper.name)
}

/// The helper of this name.
pub fn helper(name: &str) -> Option<&'static Helper> {
    HELPERS.iter().find(|helper| helper.name == name)
}

/// What a call comes to, by the word for it: `returned` in `#[on(returned = fetch)]`.
pub fn ending(name: &str) -> Option<&'static Helper> {
    ENDINGS.iter().find(|ending| ending.name == name)
}

/// The names of all keys.
pub fn keys() -> impl Iterator<Item = &'static str> + Clone {
    KEYS.iter().chain([&ROOT]).map(|key| key.name)
}
