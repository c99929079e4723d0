//! A pool as it is declared: how many processes, for how long, with how much waiting before them.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::work::Key;
use crate::error::unknown;
use crate::plan::Place;

/// When the processes of a pool are started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spawn(pub(crate) When);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    ByInterval,
    Lazy,
    OnFirstCall,
    Eager,
}

impl Spawn {
    /// By the interval of the daemon, the default: up to 1 s as [`eager`](Self::eager), up to 2 s as
    /// [`on_first_call`](Self::on_first_call), above that and without an interval as [`lazy`](Self::lazy).
    #[must_use]
    pub const fn auto() -> Self {
        Self(When::ByInterval)
    }

    /// One more whenever a call finds none idle.
    #[must_use]
    pub const fn lazy() -> Self {
        Self(When::Lazy)
    }

    /// All of them at the first call.
    #[must_use]
    pub const fn on_first_call() -> Self {
        Self(When::OnFirstCall)
    }

    /// All of them at the start.
    #[must_use]
    pub const fn eager() -> Self {
        Self(When::Eager)
    }

    /// What it means at this interval.
    pub(crate) fn at(self, interval: Duration) -> When {
        match self.0 {
            When::ByInterval if interval.is_zero() || interval > Duration::from_secs(2) => When::Lazy,
            When::ByInterval if interval > Duration::from_secs(1) => When::OnFirstCall,
            When::ByInterval => When::Eager,
            said => said,
        }
    }
}

impl fmt::Display for Spawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            When::ByInterval => "auto",
            When::Lazy => "lazy",
            When::OnFirstCall => "on_first_call",
            When::Eager => "eager",
        })
    }
}

/// A text that is no [`Spawn`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotASpawn(String);

impl fmt::Display for NotASpawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotASpawn {}

impl FromStr for Spawn {
    type Err = NotASpawn;

    fn from_str(text: &str) -> Result<Self, NotASpawn> {
        let all = [Self::auto(), Self::lazy(), Self::on_first_call(), Self::eager()];
        let found = all.into_iter().find(|spawn| spawn.to_string() == text);
        found
            .ok_or_else(|| NotASpawn(unknown("way to start workers", text, ["auto", "lazy", "on_first_call", "eager"])))
    }
}

/// What kind of process serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Many calls of one function.
    Function,
    /// Many calls on an object that lives in it.
    Object,
    /// One call, then it ends.
    Task,
}

/// A pool, as data.
#[derive(Clone, Debug)]
pub struct Pool {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) methods: Vec<Key>,
    pub(crate) size: usize,
    pub(crate) timeout: Duration,
    pub(crate) retries: u32,
    pub(crate) backoff: Duration,
    pub(crate) queue: usize,
    pub(crate) spawn: Spawn,
    pub(crate) max_calls: u64,
    pub(crate) max_age: Duration,
    pub(crate) max_memory: u64,
    pub(crate) grace: Duration,
    pub(crate) about: String,
    pub(crate) place: Place,
}

/// Two pools are equal when they say the same, wherever they stand, of the functions of the same names.
impl PartialEq for Pool {
    fn eq(&self, other: &Self) -> bool {
        let names = |pool: &Self| pool.methods.iter().map(Key::name).collect::<Vec<_>>();
        let numbers = |pool: &Self| {
            (pool.size, pool.timeout, pool.retries, pool.backoff, pool.queue, pool.max_calls, pool.max_age, pool.grace)
        };
        let rest = |pool: &Self| (pool.kind, pool.spawn, pool.max_memory, pool.name.clone(), pool.about.clone());
        names(self) == names(other) && numbers(self) == numbers(other) && rest(self) == rest(other)
    }
}

impl Pool {
    pub(crate) fn new(name: impl Into<String>, kind: Kind, place: Place) -> Self {
        Self {
            name: name.into(),
            kind,
            methods: Vec::new(),
            size: if kind == Kind::Task { 8 } else { 1 },
            timeout: Duration::from_secs(60),
            retries: 0,
            backoff: Duration::from_secs(1),
            queue: 1000,
            spawn: Spawn::auto(),
            max_calls: if kind == Kind::Task { 1 } else { 0 },
            max_age: Duration::ZERO,
            max_memory: 0,
            grace: Duration::from_secs(5),
            about: String::new(),
            place,
        }
    }

    /// How many processes, from 1 to 1,000. Default 1.
    pub fn pool(&mut self, processes: usize) -> &mut Self {
        self.size = processes;
        self
    }

    /// For a task: how many processes at once, from 1 to 1,000. Default 8.
    pub fn limit(&mut self, processes: usize) -> &mut Self {
        self.pool(processes)
    }

    /// How long one attempt of a call may take; zero: as long as it likes. Past it the process group gets TERM, and KILL after
    /// [`grace`](Self::grace). Default 60 s.
    pub fn timeout(&mut self, timeout: Duration) -> &mut Self {
        self.timeout = timeout;
        self
    }

    /// How often a call that fails, times out or loses its worker is tried again. A call that is tried again may have been
    /// carried out before: make it safe to repeat. Default 0.
    pub fn retries(&mut self, times: u32) -> &mut Self {
        self.retries = times;
        self
    }

    /// The pause before the first of the retries; it doubles with each, up to a minute. Default 1 s.
    pub fn backoff(&mut self, pause: Duration) -> &mut Self {
        self.backoff = pause;
        self
    }

    /// How many calls may wait for a worker; one more is refused. Default 1,000.
    pub fn queue(&mut self, calls: usize) -> &mut Self {
        self.queue = calls;
        self
    }

    /// When the processes are started. Default: [`Spawn::auto`].
    pub fn spawn(&mut self, when: Spawn) -> &mut Self {
        self.spawn = when;
        self
    }

    /// A worker ends after about this many calls, between it and a fifth more, and is replaced; 0, the default: never.
    pub fn max_calls(&mut self, calls: u64) -> &mut Self {
        self.max_calls = calls;
        self
    }

    /// A worker ends after about this long, between it and a fifth more, and is replaced; zero, the default: never.
    pub fn max_age(&mut self, age: Duration) -> &mut Self {
        self.max_age = age;
        self
    }

    /// A worker whose resident memory is above this many bytes after a call ends and is replaced; 0, the default: never.
    pub fn max_memory(&mut self, bytes: u64) -> &mut Self {
        self.max_memory = bytes;
        self
    }

    /// How long a worker that was asked to end has before it is killed. Default 5 s.
    pub fn grace(&mut self, grace: Duration) -> &mut Self {
        self.grace = grace;
        self
    }

    /// What it is for, in the author's words; the macro puts the doc comment here.
    pub fn about(&mut self, text: &str) -> &mut Self {
        text.clone_into(&mut self.about);
        self
    }
}

/// For messages: `worker fetch (src/main.rs:12)`.
impl fmt::Display for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.kind == Kind::Task { "task" } else { "worker" };
        write!(f, "{kind} {} ({})", self.name, self.place)
    }
}
