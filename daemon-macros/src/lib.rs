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
mod object;
mod pools;
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
/// | `workers` | the objects that live in worker processes, an array of types with [`#[worker]`](macro@worker); feature `workers` | none | `workers = [Primes]` |
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
/// | [`#[worker]`](macro@worker) | `fn(A, B, …) -> Result<R>` | as often as wanted; feature `workers` |
/// | [`#[task]`](macro@task) | `fn(A, B, …) -> Result<R>` | as often as wanted; feature `workers` |
/// | [`#[call]`](macro@call) | `fn(&mut self, A, B, …) -> Result<R>` of a block under `#[worker]` | as often as wanted; feature `workers` |
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
/// # Keys of pools
///
/// They stand in `#[worker(…)]`, on a function or on the impl block of an object, and in `#[task(…)]`. Each is the name of the
/// method of `Pool` that it becomes.
///
/// | key | value | in | default | example |
/// |---|---|---|---|---|
/// | `pool` | how many processes, 1 to 1,000 | worker | 1 | `#[worker(pool = 5)]` |
/// | `limit` | how many processes at once, 1 to 1,000 | task | 8 | `#[task(limit = 8)]` |
/// | `timeout` | how long one attempt of a call may take, up to 10 years, or zero for no limit: past it the process gets TERM, and KILL after `grace`; a text with a unit, or a `Duration` | worker, task | `60s` | `#[worker(timeout = "30s")]` |
/// | `retries` | how often a call that failed, took too long or lost its process is tried again; it may have been carried out before | worker, task | 0 | `#[worker(retries = 2)]` |
/// | `backoff` | the pause before the first of the retries; it doubles with each, up to a minute | worker, task | `1s` | `#[task(backoff = "5s")]` |
/// | `queue` | how many calls may wait for a process, up to 10,000,000; one more is refused | worker, task | 1000 | `#[worker(queue = 100)]` |
/// | `spawn` | when the processes are started, a word: `auto`, by the interval, `lazy`, `on_first_call`, `eager`; or a `Spawn` | worker | `auto` | `#[worker(spawn = lazy)]` |
/// | `max_calls` | after about how many calls a process ends and is replaced; zero: never | worker | 0 | `#[worker(max_calls = 1000)]` |
/// | `max_age` | after about how long a process ends and is replaced, up to 10 years; zero: never | worker | 0 | `#[worker(max_age = "1h")]` |
/// | `max_memory` | a process with more resident memory than this, in bytes, is replaced after its call; zero: never | worker | 0 | `#[worker(max_memory = 100_000_000)]` |
/// | `grace` | how long a process that was asked to end has before it is killed, up to 10 years | worker, task | `5s` | `#[worker(grace = "1s")]` |
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
/// With the feature `workers` it also hears what came of a call: `#[on(returned = fetch)]`, `#[on(timed_out = fetch)]` and
/// `#[on(failed = fetch)]`, where a bare word is a function of the block with [`#[worker]`](macro@worker) or
/// [`#[task]`](macro@task), and a path such as `Primes::sieve` a method of an object. `failed` hears of time-outs too, if nothing
/// else does.
///
/// Wants `fn(&mut self)` or `fn(&self)`, may take one argument `&Context`; returns nothing or a `Result<(), E>`. For `returned`
/// it takes the value, before it perhaps `&Call`, and before that perhaps `&Context`; for `timed_out` and `failed` the same
/// without a value.
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

/// Runs a function in worker processes, inside a block under [`#[daemon]`](macro@daemon); or, on an impl block of its own, makes
/// its type an object that lives in them.
///
/// *When to use:* for work that takes longer than the loop can wait, or for several jobs at a time. Needs the feature `workers`
/// of daemon-core. The function is called as `cx.call(Self::fetch, (url,))?`, which returns at once; the result comes to
/// [`#[on(returned = fetch)]`](macro@on), or to whoever keeps the ticket. All keys may be left out: `pool`, `timeout`,
/// `retries`, `backoff`, `queue`, `spawn`, `max_calls`, `max_age`, `max_memory`, `grace`.
///
/// Wants `fn(a: A, b: B, …) -> Result<R>`, without `self`, with up to eight arguments. Arguments and result go to another
/// process and back: they own what they hold, and have serde's `Serialize` and `Deserialize`.
///
/// ```
/// # use daemon_core::prelude::*;
/// # #[derive(Default)] struct Reader { bytes: u64 }
/// # #[daemon(interval = "10s")]
/// # impl Reader {
/// #[execute]
/// fn ask(&mut self, cx: &Context) -> Result<()> {
///     cx.call(Self::fetch, ("/proc/loadavg".to_owned(),))?;
///     Ok(())
/// }
///
/// /// Reads a file, however slow the disk is.
/// #[worker(pool = 5, timeout = "30s", retries = 2)]
/// fn fetch(path: String) -> std::io::Result<Vec<u8>> {
///     std::fs::read(path)
/// }
///
/// #[on(returned = fetch)]
/// fn fetched(&mut self, bytes: Vec<u8>) {
///     self.bytes += bytes.len() as u64;
/// }
/// # }
/// ```
///
/// On an impl block the object is made in each worker process by `#[setup]`, `fn() -> Result<Self>`, or by `Default`, and keeps
/// its state from call to call. Its methods are those with [`#[call]`](macro@call); the daemon names it in its key `workers`.
/// `crate = path` says where the core is, as for `#[daemon]`.
///
/// ```
/// # use daemon_core::prelude::*;
/// #[derive(Default)]
/// struct Primes { known: Vec<u64> }
///
/// #[worker(pool = 4)]
/// impl Primes {
///     #[call]
///     fn next(&mut self, after: u64) -> Result<u64> {
///         let prime = |number: &u64| (2..*number).all(|by| number % by != 0);
///         let found = (after + 1..).find(prime).unwrap_or_default();
///         self.known.push(found);
///         Ok(found)
///     }
/// }
///
/// #[derive(Default)]
/// struct Counter { last: u64 }
///
/// #[daemon(interval = "1s", workers = [Primes])]
/// impl Counter {
///     #[execute]
///     fn count(&mut self, cx: &Context) -> Result<()> {
///         cx.call(Primes::next, (self.last,))?;
///         Ok(())
///     }
///
///     #[on(returned = Primes::next)]
///     fn counted(&mut self, prime: u64) {
///         self.last = prime;
///     }
/// }
/// ```
#[proc_macro_attribute]
pub fn worker(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::worker(args.into(), item.into()).into()
}

/// Runs a function in a process of its own for each call, inside a block under [`#[daemon]`](macro@daemon).
///
/// *When to use:* for work that should leave nothing behind, such as one that may crash or takes much memory. Needs the feature
/// `workers` of daemon-core. The function is called as `cx.task(Self::push, (line,))?`. Keys: `limit`, how many run at once,
/// and `timeout`, `retries`, `backoff`, `queue`, `grace` as in [`#[worker]`](macro@worker).
///
/// Wants `fn(a: A, b: B, …) -> Result<R>`, as [`#[worker]`](macro@worker) does.
///
/// ```
/// # use daemon_core::prelude::*;
/// # #[derive(Default)] struct Pusher { lost: u32 }
/// # #[daemon]
/// # impl Pusher {
/// #[task(limit = 8, timeout = "1m")]
/// fn push(line: String) -> std::io::Result<()> {
///     std::fs::write("/var/spool/lines", line)
/// }
///
/// #[on(failed = push)]
/// fn lost(&mut self, call: &Call) {
///     self.lost += 1;
///     log::warn!("{call:?}");
/// }
/// # }
/// ```
#[proc_macro_attribute]
pub fn task(_: TokenStream, item: TokenStream) -> TokenStream {
    expand::misplaced("task", item.into()).into()
}

/// A method of an object that can be called, inside an impl block under [`#[worker]`](macro@worker).
///
/// *When to use:* on each method that the daemon calls in the object's worker processes: `cx.call(Primes::sieve, (1, 100))?`.
///
/// Wants `fn(&mut self, a: A, b: B, …) -> Result<R>`, with up to eight arguments that can be sent, as the result can.
///
/// ```
/// # use daemon_core::prelude::*;
/// # struct Primes;
/// # #[worker(pool = 4)]
/// # impl Primes {
/// #[setup]
/// fn open() -> Result<Self> {
///     Ok(Self)
/// }
///
/// #[call]
/// fn sieve(&mut self, from: u64, to: u64) -> Result<Vec<u64>> {
///     Ok((from..to).filter(|number| (2..*number).all(|by| number % by != 0)).collect())
/// }
/// # }
/// ```
#[proc_macro_attribute]
pub fn call(_: TokenStream, item: TokenStream) -> TokenStream {
    expand::misplaced("call", item.into()).into()
}
