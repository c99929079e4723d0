//! The events of a daemon's life, by name.

use std::fmt;

/// A moment in the life of a daemon at which hooks can run: `#[on(idle)]`, or `spec.on(Event::idle(), …)`.
///
/// Several hooks on one event run in the order in which they were declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Event(Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    Init,
    PreExecute,
    PostExecute,
    Idle,
    Signal,
    Error,
    LockLost,
    Shutdown,
}

impl Event {
    /// After setup, before the first iteration. A failure here is a failed start.
    #[must_use]
    pub const fn init() -> Self {
        Self(Kind::Init)
    }

    /// Before each `execute`, inside the iteration.
    #[must_use]
    pub const fn pre_execute() -> Self {
        Self(Kind::PreExecute)
    }

    /// After each `execute`, inside the iteration.
    #[must_use]
    pub const fn post_execute() -> Self {
        Self(Kind::PostExecute)
    }

    /// Once an iteration when time is left in its interval ([`Context::is_idle`](crate::Context::is_idle) tells whether
    /// it still is); without an interval by the probability `idle`, 0.5 unless declared.
    #[must_use]
    pub const fn idle() -> Self {
        Self(Kind::Idle)
    }

    /// After any signal the daemon listens for; [`Context::cause`](crate::Context::cause) tells which.
    #[must_use]
    pub const fn signal() -> Self {
        Self(Kind::Signal)
    }

    /// An error was logged by the loop: a hook failed, an iteration took too long, `cx.error(…)` was called.
    #[must_use]
    pub const fn error() -> Self {
        Self(Kind::Error)
    }

    /// The lock is not ours any more; the daemon stops with 75 after these hooks.
    #[must_use]
    pub const fn lock_lost() -> Self {
        Self(Kind::LockLost)
    }

    /// The daemon stops: first of all stages, while plugins and lock are still there.
    #[must_use]
    pub const fn shutdown() -> Self {
        Self(Kind::Shutdown)
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Kind::Init => "init",
            Kind::PreExecute => "pre_execute",
            Kind::PostExecute => "post_execute",
            Kind::Idle => "idle",
            Kind::Signal => "signal",
            Kind::Error => "error",
            Kind::LockLost => "lock_lost",
            Kind::Shutdown => "shutdown",
        })
    }
}
