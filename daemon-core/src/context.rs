//! What a hook sees of the loop, and how it asks for something.
//!
//! A hook gets a snapshot to read and an *outbox* of asks; the loop carries the asks out when the hook has returned.
//! So nothing here depends on the loop.

use std::any::{Any, TypeId};
use std::cell::{Cell, RefCell, RefMut};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use crate::clock::{Mono, Now};
use crate::error::{Error, Exit};
use crate::event::Event;
use crate::guard::guarded;
use crate::kept::{Kept, TakeOver};
use crate::plan::Trigger;
use crate::plugin::{Plugin, Plugins};
use crate::signal::Signal;
use crate::stats::{Due, Stats, Summary};
use crate::sys::{process, signals};

/// Why a hook runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The daemon starts or ends: setup, teardown.
    Life,
    /// The interval.
    Tick,
    /// A timer of its own.
    Every,
    /// A time of day and year.
    Cron,
    /// A signal.
    Signal(Signal),
    /// An event without more to say.
    Event(Event),
    /// [`Event::error`]: the error's text.
    Error(Rc<str>),
    /// The end of a call of a worker.
    #[cfg(feature = "workers")]
    Call(Rc<crate::worker::Call>),
    /// [`Event::lock_lost`]: how it came.
    LockLost(Rc<str>),
}

/// What a hook asks of the loop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    Stop,
    Fail(Error),
    SetInterval(Duration),
    Error(String),
}

/// Tells the time, and how often a stop was asked for: the part of the world a hook may look at while it runs.
pub(crate) trait Watch {
    fn now(&self) -> Now;
    fn stops(&self) -> usize;
    /// When it was asked for first.
    fn stop_since(&self) -> Option<Mono>;
}

/// The loop, as seen from a hook.
pub struct Context {
    name: String,
    pub(crate) cause: RefCell<Cause>,
    /// Until when this iteration has time; `None` without an interval.
    pub(crate) next_due: Cell<Option<Mono>>,
    pub(crate) stopping: Cell<bool>,
    /// How long a stop may take; zero: no limit.
    pub(crate) stop_timeout: Cell<Duration>,
    /// When what runs has had its share of the stop, once the loop knows of one.
    pub(crate) cancel_at: Cell<Option<Mono>>,
    pub(crate) interval: Cell<Duration>,
    pub(crate) outbox: RefCell<Vec<Ask>>,
    pub(crate) stats: RefCell<Stats>,
    pub(crate) locks: RefCell<Vec<String>>,
    /// What is due next among the timers.
    pub(crate) timers: RefCell<Vec<Due>>,
    pub(crate) plugins: Plugins,
    pub(crate) options: Options,
    /// What the image before handed over, as long as this one starts.
    pub(crate) handed_over: RefCell<Option<Kept>>,
    /// The pools of workers.
    #[cfg(feature = "workers")]
    pub(crate) team: RefCell<Option<crate::worker::team::Team>>,
    watch: Rc<dyn Watch>,
    started_in: PathBuf,
}

/// The values of the author's command-line options, by the function that reads each.
#[derive(Default)]
pub(crate) struct Options(pub(crate) Vec<(TypeId, Box<dyn Any>)>);

impl Context {
    pub(crate) fn new(
        name: &str,
        interval: Duration,
        plugins: Plugins,
        options: Options,
        watch: Rc<dyn Watch>,
        started_in: PathBuf,
    ) -> Self {
        Self {
            name: name.to_owned(),
            cause: RefCell::new(Cause::Life),
            next_due: Cell::new(None),
            stopping: Cell::new(false),
            stop_timeout: Cell::default(),
            cancel_at: Cell::default(),
            interval: Cell::new(interval),
            outbox: RefCell::default(),
            stats: RefCell::new(Stats::new(watch.now().mono)),
            locks: RefCell::default(),
            timers: RefCell::default(),
            plugins,
            options,
            handed_over: RefCell::default(),
            #[cfg(feature = "workers")]
            team: RefCell::default(),
            watch,
            started_in,
        }
    }

    /// The daemon's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The directory the daemon was started in. A detached daemon works in `/`, so join relative paths of your own to
    /// this.
    #[must_use]
    pub fn started_in(&self) -> &Path {
        &self.started_in
    }

    /// Why the hook runs: which signal, which error.
    #[must_use]
    pub fn cause(&self) -> Cause {
        self.cause.borrow().clone()
    }

    /// The time on all clocks. Use this rather than the system's where you want to run under virtual time.
    #[must_use]
    pub fn now(&self) -> Now {
        self.watch.now()
    }

    /// Time left until the next iteration is due; `None` without an interval, zero when it is due.
    #[must_use]
    pub fn time_left(&self) -> Option<Duration> {
        self.next_due.get().map(|due| due.since(self.now().mono))
    }

    /// Whether there is still time to waste: the next iteration is not due yet and nobody wants us to stop. The probe
    /// of an idle hook that works in small steps. Without an interval: whether nobody wants us to stop.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        !self.stopping() && self.time_left() != Some(Duration::ZERO)
    }

    /// Whether the daemon is about to stop: a hook asked for it, or INT or TERM arrived, even while this very hook
    /// runs. A long hook looks here and returns early.
    #[must_use]
    pub fn stopping(&self) -> bool {
        self.stopping.get() || self.watch.stops() > 0
    }

    /// Whether to leave out whatever can be left out: a stop was asked for a second time, or the code that runs has had
    /// its share of the [`stop_timeout`](crate::Spec::stop_timeout): half of it for a hook or an iteration that was running
    /// when the stop came, three quarters, all counted from the stop, for `shutdown` hooks and the drop of the state.
    #[must_use]
    pub fn cancelled(&self) -> bool {
        if self.watch.stops() > 1 {
            return true;
        }
        // A stop that came while this very hook runs is not known to the loop yet.
        let unheard = || self.watch.stop_since().map(|since| since.plus(self.stop_timeout.get() / 2));
        let limited = !self.stop_timeout.get().is_zero();
        let at = if limited { self.cancel_at.get().or_else(unheard) } else { None };
        at.is_some_and(|at| self.now().mono >= at)
    }

    /// Starts a thread that takes no signals: all of them are blocked in it, so that each TERM and HUP gets to the loop,
    /// also in the moment of a restart in place. Use this for every thread of yours. The thread ends with the process: at a
    /// restart in place without notice, so end it by the drop of your state, or by a plugin's teardown. Commands that it starts
    /// inherit the blocked signals and do not hear TERM: start commands from hooks.
    ///
    /// # Errors
    /// When the system has no thread to give, or `name` holds a NUL.
    ///
    /// ```
    /// # use daemon_core::prelude::*;
    /// struct Fetcher { thread: Option<std::thread::JoinHandle<u64>> }
    ///
    /// impl Fetcher {
    ///     fn open(cx: &Context) -> std::io::Result<Self> {
    ///         Ok(Self { thread: Some(cx.thread("fetch", || 6 * 7)?) })
    ///     }
    /// }
    /// ```
    pub fn thread<T: Send + 'static>(
        &self,
        name: &str,
        code: impl FnOnce() -> T + Send + 'static,
    ) -> std::io::Result<JoinHandle<T>> {
        if name.contains('\0') {
            let text = format!("thread name {name:?}: write one without a NUL");
            return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, text));
        }
        signals::spawn_deaf(Builder::new().name(name.to_owned()), code)
    }

    /// Stops the daemon with exit code 0 after this iteration.
    pub fn stop(&self) {
        self.ask(Ask::Stop);
    }

    /// Stops the daemon after this iteration as if this hook had returned `error`: it is logged, the error event
    /// fires, the exit code is the error's.
    pub fn fail(&self, error: Error) {
        self.ask(Ask::Fail(error));
    }

    /// Logs an error and fires the error event; the daemon goes on.
    pub fn error(&self, text: impl Into<String>) {
        self.ask(Ask::Error(text.into()));
    }

    /// The interval in force; zero when the loop iterates at once.
    #[must_use]
    pub fn interval(&self) -> Duration {
        self.interval.get()
    }

    /// Changes the interval. The next iteration is due one new interval after the last one was. Zero: iterate at
    /// once. A value below 100 µs or above 100 years is refused and logged as an error.
    pub fn set_interval(&self, interval: Duration) {
        self.ask(Ask::SetInterval(interval));
    }

    /// What the loop has done so far, and what it has before it.
    #[must_use]
    pub fn stats(&self) -> Summary {
        let (memory, peak_memory) = process::memory();
        let tick = self.next_due.get().map(|at| Due { trigger: Trigger::Tick, at });
        Summary {
            memory,
            peak_memory,
            locks: self.locks.borrow().clone(),
            due: tick.into_iter().chain(self.timers.borrow().iter().copied()).collect(),
            ..self.stats.borrow().summary(self.now().mono)
        }
    }

    /// The value of an own command-line option: `cx.option(Self::limit)`. `None` when it was not given.
    pub fn option<F, T, E>(&self, reader: F) -> Option<&T>
    where
        F: Fn(&str) -> Result<T, E> + 'static,
        T: 'static,
    {
        let _ = reader;
        let (_, value) = self.options.0.iter().find(|(key, _)| *key == TypeId::of::<F>())?;
        value.downcast_ref()
    }

    /// What the image before a restart in place handed over, through `#[handover]` or
    /// [`Spec::handover`](crate::Spec::handover): the same each time during the start (setup, plugins, `init`), and `None` when
    /// the start is complete, for then its memory is given back. Needs the feature `handover`, and serde's `Deserialize`.
    ///
    /// `None` also at the first start, and after a restart that hands nothing over. A state that can not be believed (of
    /// another type by its path, damaged, not readable as an `S`) is `None` with a warning in the log: begin anew then.
    #[must_use]
    pub fn handed_over<S: TakeOver>(&self) -> Option<S> {
        let kept = self.handed_over.borrow();
        // What a value does when it is read is the author's code.
        guarded(|| kept.as_ref().map(Kept::read).transpose()).unwrap_or_else(|error| {
            log::warn!(target: "daemon", "the state that was handed over is not used, a cold start: {error}");
            None
        })
    }

    /// The plugin of this type; the first, if there are several.
    ///
    /// # Panics
    /// When no plugin of this type was declared, or when it is borrowed already: let go of it before you call code
    /// that uses it too.
    pub fn plugin<P: Plugin>(&self) -> RefMut<'_, P> {
        let name = std::any::type_name::<P>();
        self.plugins.get().unwrap_or_else(|| panic!("no plugin {name} was declared: add #[plugin] or spec.plugin(…)"))
    }

    /// Goes on where the image before has left: its counts, and what its author handed over.
    pub(crate) fn inherit(&self, stats: Option<Stats>, state: Option<Kept>) {
        stats.into_iter().for_each(|stats| *self.stats.borrow_mut() = stats);
        *self.handed_over.borrow_mut() = state;
    }

    /// Ends the daemon for a failed setup or plugin: what `?` does with a text.
    pub(crate) fn ask(&self, ask: Ask) {
        self.outbox.borrow_mut().push(ask);
    }

    pub(crate) fn stop_count(&self) -> usize {
        self.watch.stops()
    }
}

/// Problems of an environment, as one error: [`Exit::Config`].
pub(crate) fn problems(found: &[String]) -> Error {
    Error::new(Exit::Config, format!("the environment does not fit:\n  {}", found.join("\n  ")))
}
