//! The `#[daemon]` attribute of the crate `daemon-core`, which exports it: depend on that crate, not on this one.
//!
//! This file is the door: it alone names `proc_macro`, and it may do nothing but hand tokens on. What an attribute
//! means is documented here; how it works begins in `expand`.

mod arguments;
mod check;
mod docs;
mod emit;
mod errors;
mod expand;
mod facts;
mod fit;
mod keys;
mod model;
mod read;
mod settings;
mod signature;
mod split;
mod strip;
mod table;
#[cfg(test)]
mod tests;
mod trigger;
mod value;

use proc_macro::TokenStream;

/// Declares a daemon on the `impl` block of a type.
///
/// *When to use:* on one block of a type that is to run as a daemon. The block stays what it is, ordinary functions that
/// can be called and tested; beside it the attribute writes `impl Daemon for` the type: one statement for each key and
/// each helper, the same that you would write by hand.
///
/// ```
/// use daemon_core::prelude::*;
/// use std::process::ExitCode;
///
/// #[derive(Default)]
/// struct Heartbeat {
///     beats: u64,
/// }
///
/// /// Counts a beat every second and a half.
/// #[daemon(interval = "1.5s", lock = "file")]
/// impl Heartbeat {
///     #[execute]
///     fn beat(&mut self) {
///         self.beats += 1;
///     }
///
///     /// Prints the counter.
///     #[on(signal = "USR2")]
///     fn dump(&self) {
///         eprintln!("{} beats so far", self.beats);
///     }
/// }
///
/// // fn main() -> ExitCode { Heartbeat::main() }
/// # fn main() { let _: fn() -> ExitCode = Heartbeat::main; }
/// ```
///
/// The doc comment of the block is what `--help` says about the daemon.
///
/// # Keys
///
/// Each is the name of the method of `Spec` that it becomes. All may be left out.
///
/// | key | value | default | example |
/// |---|---|---|---|
/// | `name` | text, or an expression | the package's name | `name = "heartbeat"` |
/// | `interval` | time from the start of one iteration to the next: a text with a unit (`us`, `ms`, `s`, `m`, `h`, `d`, `w`), or a `Duration` | none: iterate at once | `interval = "1.5s"` |
/// | `jitter` | by how much, at most, each iteration but the first comes later than its slot; less than `interval` | `0` | `jitter = "200ms"` |
/// | `lock` | a word: `file`, `path("/…")`, `none`; or a `Lock` | `none`, and it is said at the start | `lock = "file"` |
/// | `log` | where the log goes: a text, perhaps a pattern of `strftime`, or a function that gives a path | standard output | `log = Self::log_file` |
/// | `missed` | what becomes of slots that an iteration ran over, a word: `skip`, `delay`, `burst(n)`; or a `Missed` | `skip` | `missed = burst(3)` |
/// | `idle` | probability, from 0 to 1, that the idle event follows an iteration of a daemon without an interval | `0.5` | `idle = 0.1` |
/// | `restart` | in daemon mode: how often the daemon restarts in place, from `10s`; a text with a unit, or a `Duration` | never | `restart = "12h"` |
/// | `restart_jitter` | by how much, at most, each such restart comes later; less than `restart` | `0` | `restart_jitter = "30m"` |
/// | `deadline` | how long each hook may take, from `100us`: one that takes longer ends the process with 70; a text with a unit, or a `Duration` | none; with a lock that is a lease the longer of `60s` and ten intervals | `deadline = "30s"` |
/// | `start_timeout` | how long the start may take, from `10ms`, or zero for no limit: one that takes longer ends the process with 70 | `90s` | `start_timeout = "2m"` |
/// | `stop_timeout` | how long the stop may take, from `10ms`, or zero for no limit: one that takes longer ends the process with 70 | no limit | `stop_timeout = "1m"` |
/// | `on_error` | what follows when a hook fails, a word: `log`, `restart`, `stop`; or an `OnError` | `restart` | `on_error = stop` |
/// | `nice` | the process priority: `auto`, by the interval, or a niceness from -20 to 19 | not touched | `nice = auto` |
/// | `user` | whom the daemon runs as, by name or number: root takes lock, log and PID file and then becomes this user | as whoever starts it | `user = "www-data"` |
/// | `group` | with which group it runs, by name or number | the first group of `user` | `group = "adm"` |
/// | `umask` | what is taken away from the mode of files your code makes, from 0 to `0o777` | `0o027` in the background, else as it was found | `umask = 0o022` |
/// | `core_dumps` | whether a crash may leave a core file | `false` | `core_dumps = true` |
/// | `instructions` | lines that the install instructions get, an array of texts | none | `instructions = ["Create /var/spool/beats."]` |
/// | `help` | the whole text of `--help`, in place of the one that is made | made of the declaration | `help = include_str!("help.txt")` |
/// | `crate` | where the core is, a path: for crates that export it again; the helpers may be written with it too | `::daemon_core` | `crate = my_facade::daemon_core` |
///
/// A *word* is a bare name or a text of one; what it means is looked up in the core, so that a wrong one is an error at
/// your word that names the nearest. A constant of your own is written with a path: `lock = Self::LOCK`. Any other
/// expression stays as it is. A text in a place of a duration is checked while compiling.
///
/// # Helpers
///
/// | helper | on | how often |
/// |---|---|---|
/// | [`#[setup]`](macro@setup) | `fn() -> Result<Self>`, may take `&Context` | at most once; without it the type is made by `Default` |
/// | [`#[execute]`](macro@execute) | `fn(&mut self)`, may take `&Context` | at most once |
/// | [`#[on(…)]`](macro@on) | `fn(&mut self)`, may take `&Context` | as often as wanted, also on one function |
/// | [`#[cron("0 3 * * *")]`](macro@cron) | `fn(&mut self)`, may take `&Context` | at times of day and year; feature `cron` |
/// | [`#[every("10m")]`](macro@every) | `fn(&mut self)`, may take `&Context` | as often as wanted, also on one function |
/// | [`#[option]`](macro@option) | `fn(&str) -> Result<T>` | as often as wanted |
/// | [`#[plugin]`](macro@plugin) | `fn() -> impl Plugin` | as often as wanted |
/// | [`#[handover]`](macro@handover) | `fn(&self) -> S`, may take `&Context` | at most once |
///
/// # Keys of hooks
///
/// They stand in `#[execute(…)]`, in `#[on(…)]` behind the trigger and in `#[every(…)]` behind the period. Each is the name
/// of the method of `Hook` that it becomes.
///
/// | key | value | default | example |
/// |---|---|---|---|
/// | `deadline` | how long the hook may take: a text with a unit, or a `Duration`; one that takes longer ends the process with 70 | what the key `deadline` says | `#[execute(deadline = "5s")]` |
/// | `on_error` | what follows when this hook fails, a word: `log`, `restart`, `stop`; or an `OnError` | as the daemon's `on_error` | `#[on(signal = USR2, on_error = log)]` |
/// | `jitter` | for `#[every]`: by how much, at most, each time comes later than its slot; less than the period | `0` | `#[every("10m", jitter = "1m")]` |
/// | `zone` | for `#[cron]`: whose hours and days are meant, a name of the machine's time zone database | the machine's | `#[cron("0 3 * * *", zone = "Europe/Berlin")]` |
///
/// # Functions
///
/// `&mut self` may be `&self` everywhere. The result of a hook is nothing or a `Result<(), E>` with any error that is
/// or can become a boxed one. A `#[cfg]` on a function holds for its helpers too. The doc comment of a hook is its text
/// in help and status. Generics and where clauses of the block are kept.
///
/// # Errors
///
/// All mistakes of a block are reported at once, each at the word that is wrong, and the block itself is always kept.
/// Values that are literal are also held against each other while compiling: `restart_jitter = "1d"` with `restart = "12h"`
/// does not compile. The rules are those of [`Plan::check`](../daemon_core/struct.Plan.html#method.check), which judges
/// all values at the start.
#[proc_macro_attribute]
pub fn daemon(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::expand(args.into(), item.into()).into()
}

/// Makes the daemon, inside a block under [`#[daemon]`](macro@daemon).
///
/// *When to use:* when the type needs more than `Default`: open files, read options. At most one; it is called once,
/// after the command line is read, the lock is held and the plugins are set up.
///
/// Wants `fn() -> Self`, `fn() -> Result<Self>`, or either with one argument `&Context`.
///
/// ```
/// # use daemon_core::prelude::*;
/// # struct Reader { file: std::fs::File }
/// # #[daemon]
/// # impl Reader {
/// #[setup]
/// fn open(_: &Context) -> std::io::Result<Self> {
///     Ok(Self { file: std::fs::File::open("/proc/loadavg")? })
/// }
/// # }
/// ```
#[proc_macro_attribute]
pub fn setup(_: TokenStream, item: TokenStream) -> TokenStream {
    expand::misplaced("setup", item.into()).into()
}

/// The iteration: what the daemon does each interval, inside a block under [`#[daemon]`](macro@daemon).
///
/// *When to use:* for the daemon's main work. At most one; without it the daemon sleeps until its next event. It may say
/// how long it may take, with `deadline`, and what follows when it fails, with `on_error`.
///
/// Wants `fn(&mut self)` or `fn(&self)`, may take one argument `&Context`; returns nothing or a `Result<(), E>`.
///
/// ```
/// # use daemon_core::prelude::*;
/// # #[derive(Default)] struct Heartbeat { beats: u64 }
/// # #[daemon]
/// # impl Heartbeat {
/// #[execute(deadline = "5s", on_error = stop)]
/// fn beat(&mut self) {
///     self.beats += 1;
/// }
/// # }
/// ```
#[proc_macro_attribute]
pub fn execute(_: TokenStream, item: TokenStream) -> TokenStream {
    expand::misplaced("execute", item.into()).into()
}

/// Calls a function on a signal or an event, inside a block under [`#[daemon]`](macro@daemon).
///
/// *When to use:* `#[on(signal = USR2)]` to answer a signal, `#[on(idle)]` and its like to take part in the daemon's
/// life. Has no default: a trigger must be named. May stand on a function as often as wanted, each with one trigger.
/// Behind it may stand `deadline` and `on_error`, as in [`#[execute]`](macro@execute).
///
/// Wants `fn(&mut self)` or `fn(&self)`, may take one argument `&Context`; returns nothing or a `Result<(), E>`.
///
/// ```
/// # use daemon_core::prelude::*;
/// # #[derive(Default)] struct Heartbeat { beats: u64 }
/// # #[daemon]
/// # impl Heartbeat {
/// #[on(signal = USR2, on_error = log)]
/// #[on(shutdown)]
/// fn dump(&self) {
///     eprintln!("{} beats", self.beats);
/// }
/// # }
/// ```
#[proc_macro_attribute]
pub fn on(_: TokenStream, item: TokenStream) -> TokenStream {
    expand::misplaced("on", item.into()).into()
}

/// Calls a function each time a period is over, inside a block under [`#[daemon]`](macro@daemon).
///
/// *When to use:* for work beside the iteration, on a clock of its own. The period is a text with a unit (`us`, `ms`,
/// `s`, `m`, `h`, `d`, `w`) or a `Duration`; it has no default. May stand on a function as often as wanted. Behind it
/// may stand `deadline` and `on_error`, as in [`#[execute]`](macro@execute), and `jitter`, by which each time is moved.
///
/// Wants `fn(&mut self)` or `fn(&self)`, may take one argument `&Context`; returns nothing or a `Result<(), E>`.
///
/// ```
/// # use daemon_core::prelude::*;
/// # #[derive(Default)] struct Cache { lines: Vec<String> }
/// # #[daemon]
/// # impl Cache {
/// #[every("10m", deadline = "30s", jitter = "1m")]
/// fn tidy(&mut self) {
///     self.lines.clear();
/// }
/// # }
/// ```
#[proc_macro_attribute]
pub fn every(_: TokenStream, item: TokenStream) -> TokenStream {
    expand::misplaced("every", item.into()).into()
}

/// Calls a function at times of day and year, inside a block under [`#[daemon]`](macro@daemon).
///
/// *When to use:* for work that follows the calendar, such as every night at three. Needs the feature `cron` of daemon-core. The
/// expression is that of cron: minute, hour, day of the month, month, day of the week; or `@hourly`, `@daily`, `@weekly`,
/// `@monthly`, `@yearly`. It is checked while compiling. `zone = "Europe/Berlin"` says whose hours and days are meant;
/// default: the machine's. When a clock change leaves an hour out, what was due in it runs at its end; when it doubles one,
/// what is due at a certain time runs once. What was due while the daemon was not running is left out. May stand on a
/// function as often as wanted; `deadline` and `on_error` may follow, as in [`#[execute]`](macro@execute).
///
/// Wants `fn(&mut self)` or `fn(&self)`, may take one argument `&Context`; returns nothing or a `Result<(), E>`.
///
/// ```
/// # use daemon_core::prelude::*;
/// # #[derive(Default)] struct Archive;
/// # #[cfg(feature = "cron")]
/// # #[daemon]
/// # impl Archive {
/// #[cron("0 3 * * MON-FRI", zone = "Europe/Berlin")]
/// fn nightly(&self) -> std::io::Result<()> {
///     Ok(())
/// }
/// # }
/// ```
#[proc_macro_attribute]
pub fn cron(_: TokenStream, item: TokenStream) -> TokenStream {
    expand::misplaced("cron", item.into()).into()
}

/// A command-line option of one's own, inside a block under [`#[daemon]`](macro@daemon).
///
/// *When to use:* when the daemon has a setting that the framework does not know. The function reads the option's text;
/// the option has the function's name, with dashes for underscores, and its doc comment in `--help`.
///
/// Wants `fn(&str) -> Result<T, E>`.
///
/// ```
/// # use daemon_core::prelude::*;
/// # #[derive(Default)] struct Reader;
/// # #[daemon]
/// # impl Reader {
/// /// Read at most this many lines.
/// #[option]
/// fn max_lines(text: &str) -> Result<u32, std::num::ParseIntError> {
///     text.parse()
/// }
/// # }
/// ```
#[proc_macro_attribute]
pub fn option(_: TokenStream, item: TokenStream) -> TokenStream {
    expand::misplaced("option", item.into()).into()
}

/// Plugs something into the daemon, inside a block under [`#[daemon]`](macro@daemon).
///
/// *When to use:* to add a part that has events, options or instructions of its own. The function makes the plugin when
/// the daemon runs.
///
/// Wants `fn() -> impl Plugin`.
///
/// ```
/// # use daemon_core::prelude::*;
/// # #[derive(Default)] struct Reader;
/// # struct Greeter;
/// # impl Plugin for Greeter {}
/// # #[daemon]
/// # impl Reader {
/// #[plugin]
/// fn greeter() -> impl Plugin {
///     Greeter
/// }
/// # }
/// ```
#[proc_macro_attribute]
pub fn plugin(_: TokenStream, item: TokenStream) -> TokenStream {
    expand::misplaced("plugin", item.into()).into()
}

/// Hands state over a restart in place, inside a block under [`#[daemon]`](macro@daemon).
///
/// *When to use:* when the next image should go on where this one stops: a counter, a place in a file. At most one; it is
/// called after the `shutdown` hooks, just before the state is dropped, at a restart by HUP or by the interval `restart`. The
/// next image takes the value over in its setup, by `cx.handed_over::<S>()`.
///
/// Wants `fn(&self) -> S` or `fn(&mut self) -> S`, may take one argument `&Context`. `S` is a type of your own with serde's
/// `Serialize` and `Deserialize`; the feature `handover` of `daemon-core` must be on.
///
/// ```
/// # use daemon_core::prelude::*;
/// # struct Heartbeat { beats: u64 }
/// # #[daemon]
/// # impl Heartbeat {
/// #[setup]
/// fn open(cx: &Context) -> Self {
///     Self { beats: cx.handed_over().unwrap_or(0) }
/// }
///
/// #[handover]
/// fn keep(&self) -> u64 {
///     self.beats
/// }
/// # }
/// ```
#[proc_macro_attribute]
pub fn handover(_: TokenStream, item: TokenStream) -> TokenStream {
    expand::misplaced("handover", item.into()).into()
}
