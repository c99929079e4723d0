//! Hooks and options as data: when they run, what they are for, where they were declared.

use std::fmt;
use std::panic::Location;
use std::time::Duration;

#[cfg(feature = "cron")]
use crate::cron::Cron;
use crate::duration::Pretty;
use crate::event::Event;
use crate::on_error::OnError;
use crate::signal::Signal;
#[cfg(feature = "workers")]
use crate::worker::{Ending, Key};

/// A place in the author's source.
#[derive(Clone, Copy)]
pub struct Place(&'static Location<'static>);

impl Place {
    /// The place of the caller.
    #[must_use]
    #[track_caller]
    pub fn here() -> Self {
        Self(Location::caller())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.0.file(), self.0.line())
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What makes a hook run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// Each slot of the interval, or at once again without one.
    Tick,
    /// A signal.
    Signal(Signal),
    /// A moment in the daemon's life.
    Event(Event),
    /// A timer of its own.
    Every(Duration),
    /// A time of day and year.
    #[cfg(feature = "cron")]
    Cron(Cron),
    /// The end of a call of a worker.
    #[cfg(feature = "workers")]
    Call(Ending, Key),
}

impl Trigger {
    /// Whether the wall clock decides when it is.
    pub(crate) const fn follows_wall_clock(&self) -> bool {
        #[cfg(feature = "cron")]
        if matches!(self, Self::Cron(_)) {
            return true;
        }
        false
    }
}

/// What a hook of [`Spec::on`](crate::Spec::on) can start on: a [`Signal`], an [`Event`], or a [`Trigger`] as it is.
#[diagnostic::on_unimplemented(
    message = "a hook can not start on a value of type `{Self}`",
    label = "write a `Signal` or an `Event`"
)]
pub trait Starts {
    /// As the plan keeps it.
    fn trigger(self) -> Trigger;
}

impl Starts for Trigger {
    fn trigger(self) -> Trigger {
        self
    }
}

impl Starts for Signal {
    fn trigger(self) -> Trigger {
        self.into()
    }
}

impl Starts for Event {
    fn trigger(self) -> Trigger {
        self.into()
    }
}

impl From<Signal> for Trigger {
    fn from(signal: Signal) -> Self {
        Self::Signal(signal)
    }
}

impl From<Event> for Trigger {
    fn from(event: Event) -> Self {
        Self::Event(event)
    }
}

impl fmt::Display for Trigger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tick => f.write_str("execute"),
            Self::Signal(signal) => write!(f, "on {signal}"),
            Self::Event(event) => write!(f, "on {event}"),
            Self::Every(period) => write!(f, "every {}", Pretty(*period)),
            #[cfg(feature = "cron")]
            Self::Cron(cron) => write!(f, "cron {:?}", cron.as_str()),
            #[cfg(feature = "workers")]
            Self::Call(Ending::Returned, key) => write!(f, "on returned = {key:?}"),
            #[cfg(feature = "workers")]
            Self::Call(Ending::TimedOut, key) => write!(f, "on timed_out = {key:?}"),
            #[cfg(feature = "workers")]
            Self::Call(Ending::Failed, key) => write!(f, "on failed = {key:?}"),
        }
    }
}

/// A hook: when it runs, and what follows from how it ends. What it does is kept apart, in the [`Spec`](crate::Spec).
#[derive(Clone, Debug)]
pub struct Hook {
    pub(crate) trigger: Trigger,
    pub(crate) about: String,
    pub(crate) deadline: Option<Duration>,
    /// By how much, at most, each slot of a timer comes later.
    pub(crate) jitter: Option<Duration>,
    /// `None`: as declared for all.
    pub(crate) on_error: Option<OnError>,
    /// The time zone of a cron expression; `None`: the machine's.
    pub(crate) zone: Option<&'static str>,
    pub(crate) place: Place,
}

/// Two hooks are equal when they say the same, wherever they stand.
impl PartialEq for Hook {
    fn eq(&self, other: &Self) -> bool {
        (self.trigger, &self.about, self.deadline, self.jitter, self.on_error, self.zone)
            == (other.trigger, &other.about, other.deadline, other.jitter, other.on_error, other.zone)
    }
}

impl Hook {
    pub(crate) const fn new(trigger: Trigger, place: Place) -> Self {
        Self { trigger, about: String::new(), deadline: None, jitter: None, on_error: None, zone: None, place }
    }

    /// What the hook is for, in the author's words; the macro puts the doc comment here.
    pub fn about(&mut self, text: &str) -> &mut Self {
        text.clone_into(&mut self.about);
        self
    }

    /// How long the hook may take, from 100 µs to 100 years. Where it takes longer, the process is cut: one line says
    /// which hook hangs, nothing else of the daemon runs, the exit code is 70, and the kernel gives the lock back. Default:
    /// what is declared for all, see [`Spec::deadline`](crate::Spec::deadline).
    pub fn deadline(&mut self, deadline: Duration) -> &mut Self {
        self.deadline = Some(deadline);
        self
    }

    /// For a hook of `cron`: the time zone that its hours and days are those of, by its name in the machine's database, as
    /// `"Europe/Berlin"`. Default: the machine's own.
    #[cfg(feature = "cron")]
    pub fn zone(&mut self, name: &'static str) -> &mut Self {
        self.zone = Some(name);
        self
    }

    /// For a hook of `every`: by how much, at most, each of its slots comes later, by chance. The grid of its period stays.
    /// Less than the period. Default: not at all.
    pub fn jitter(&mut self, most: Duration) -> &mut Self {
        self.jitter = Some(most);
        self
    }

    /// What follows when this hook fails. Default: what is declared for all of them.
    pub fn on_error(&mut self, what: OnError) -> &mut Self {
        self.on_error = Some(what);
        self
    }
}

/// For messages: `execute (src/main.rs:12)`.
impl fmt::Display for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.trigger, self.place)
    }
}

/// A command-line option of the author's: its name, and what it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opt {
    pub(crate) name: String,
    pub(crate) about: String,
}

impl Opt {
    /// What the option is for, for `--help`; the macro puts the doc comment here.
    pub fn about(&mut self, text: &str) -> &mut Self {
        text.clone_into(&mut self.about);
        self
    }
}
