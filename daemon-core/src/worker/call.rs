//! A call, from both sides: the ticket that its caller holds, and what handlers and askers see of it.

use std::cell::RefCell;
use std::fmt;
use std::marker::PhantomData;
use std::rc::Rc;
use std::time::Duration;

use serde::de::DeserializeOwned;

use super::work::{Key, decode};
use crate::clock::Mono;
use crate::duration::Pretty;
use crate::error::Error;

/// Why a call was not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// All workers are busy and as many calls wait as the pool's `queue` says. Nothing was done; try again later.
    Full {
        /// How many wait.
        queue: usize,
    },
    /// Too many workers of the pool ended before they did anything; the last reason.
    PoolFailed(String),
    /// No pool of this daemon has this function.
    NotDeclared(&'static str),
    /// The arguments can not be sent.
    Arguments(String),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full { queue } => {
                write!(f, "all workers are busy, and {queue} calls wait: raise queue or pool, or call later")
            }
            Self::PoolFailed(why) => write!(f, "the pool has failed: {why}"),
            Self::NotDeclared(name) => write!(f, "no worker or task `{name}` was declared: add #[worker] or #[task]"),
            Self::Arguments(why) => write!(f, "the arguments {why}"),
        }
    }
}

impl std::error::Error for Refused {}

/// How a worker process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Death {
    /// By itself, with this exit code.
    Exited(i32),
    /// By this signal; 9 without anybody's doing is often the kernel, out of memory.
    Killed(i32),
    /// It said something that can not be understood, and was ended.
    Garbled,
    /// It is not known how.
    Unknown,
}

impl fmt::Display for Death {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exited(code) => write!(f, "the worker ended with exit code {code}"),
            Self::Killed(signal) => write!(f, "the worker was killed by signal {signal}"),
            Self::Garbled => f.write_str("the worker said something that can not be understood, and was ended"),
            Self::Unknown => f.write_str("the worker is gone"),
        }
    }
}

/// Why an accepted call has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The function gave this error, or panicked.
    Error(String),
    /// Its worker ended in the middle of it.
    Died(Death),
    /// It took longer than the pool's `timeout`, and was ended.
    TimedOut(Duration),
    /// It was given up before it ran: the pool failed, or the daemon stopped.
    GivenUp(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error(text) => f.write_str(text),
            Self::Died(how) => how.fmt(f),
            Self::TimedOut(after) => write!(f, "it took longer than {} and was ended", Pretty(*after)),
            Self::GivenUp(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for Failure {}

/// Where a call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It waits for a worker, or for its next attempt.
    Buffered,
    /// A worker has it.
    Running,
    /// It has a result.
    Returned,
    /// It has none and will have none.
    Failed,
}

/// What a call is and how it went: what handlers get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    pub(crate) id: u64,
    pub(crate) key: Key,
    /// Somebody holds its ticket.
    pub(crate) watched: bool,
    pub(crate) arguments: Rc<[u8]>,
    pub(crate) attempts: u32,
    pub(crate) pid: Option<u32>,
    pub(crate) made: Mono,
    pub(crate) began: Option<Mono>,
    pub(crate) ended: Option<Mono>,
    pub(crate) outcome: Option<Outcome>,
}

/// How a call ended.
pub(crate) type Outcome = Result<Rc<[u8]>, Failure>;

impl Call {
    /// Its number, from 1 on; no other call of this daemon's life has it.
    #[must_use]
    pub const fn id(&self) -> u64 {
        self.id
    }

    /// The function's name.
    #[must_use]
    pub fn method(&self) -> &'static str {
        self.key.name()
    }

    /// Whether somebody holds its ticket.
    pub(crate) const fn is_watched(&self) -> bool {
        self.watched
    }

    /// How often it was given to a worker.
    #[must_use]
    pub const fn attempts(&self) -> u32 {
        self.attempts
    }

    /// The worker process that had it last.
    #[must_use]
    pub const fn pid(&self) -> Option<u32> {
        self.pid
    }

    /// How long it waited for a worker, the last time.
    #[must_use]
    pub fn waited(&self) -> Duration {
        self.began.map_or(Duration::ZERO, |began| began.since(self.made))
    }

    /// How long its last attempt took.
    #[must_use]
    pub fn took(&self) -> Duration {
        match (self.began, self.ended) {
            (Some(began), Some(ended)) => ended.since(began),
            _ => Duration::ZERO,
        }
    }

    /// Why it has no result.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        self.outcome.as_ref()?.as_ref().err()
    }

    /// The arguments it was made with.
    ///
    /// # Errors
    /// When `A` is not the tuple of its arguments.
    pub fn arguments<A: DeserializeOwned>(&self) -> Result<A, Error> {
        decode(&self.arguments)
    }

    /// What it returned.
    pub(crate) fn value<T: DeserializeOwned>(&self) -> Result<T, Error> {
        match &self.outcome {
            Some(Ok(bytes)) => decode(bytes),
            _ => Err(Error::new(crate::Exit::Software, "the call has no result")),
        }
    }
}

/// What the pool and the ticket share of a call.
pub(crate) type Slot = Rc<RefCell<Option<Outcome>>>;

/// A claim to the result of a call. Let go of it when a handler will have the result; keep it to ask.
#[derive(Debug)]
pub struct Ticket<T> {
    pub(crate) id: u64,
    pub(crate) slot: Slot,
    pub(crate) value: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Ticket<T> {
    /// The number of the call.
    #[must_use]
    pub const fn id(&self) -> u64 {
        self.id
    }

    /// The result, once there is one. It stays there: asking again gives it again.
    #[must_use]
    pub fn result(&self) -> Option<Result<T, Failure>> {
        let outcome = self.slot.borrow();
        let read = |bytes: &Rc<[u8]>| decode(bytes).map_err(|error| Failure::Error(error.to_string()));
        outcome.as_ref().map(|outcome| outcome.as_ref().map_err(Clone::clone).and_then(read))
    }
}
