//! What a hook asks of the pools. Unlike other wishes these are carried out at once: a call is with a worker, if one is idle,
//! before the hook goes on.

use std::marker::PhantomData;
use std::time::Duration;

use serde::de::DeserializeOwned;

use super::call::{Call, Failure, Refused, Status, Ticket};
use super::crew::Sums;
use super::team::{LOOK, Team};
use super::work::{Arguments, Key, Work, WorkResult, encode};
use crate::context::Context;

impl Context {
    /// Calls `work` in a worker, or as a task, and returns at once: `cx.call(Self::fetch, (url, 2))?`.
    ///
    /// The result comes to the hook of `returned`, and to the ticket, if that is kept.
    ///
    /// # Errors
    /// [`Refused`]: the call was not accepted, and nothing of it was done.
    pub fn call<F, A, How, R>(&self, work: F, arguments: A) -> Result<Ticket<R::Value>, Refused>
    where
        A: Arguments,
        R: WorkResult,
        F: Work<A, How, Answer = R>,
    {
        let _ = work;
        let bytes = encode(&arguments).map_err(|error| Refused::Arguments(error.to_string()))?;
        if bytes.len() > super::frame::LONGEST - 2 {
            return Err(Refused::Arguments(format!("can not be sent: {} bytes are too many", bytes.len())));
        }
        let key = Key::of::<F>();
        let now = self.now().mono;
        let made = self.with_team(|team| team.call(now, key, bytes)).ok_or(Refused::NotDeclared(key.name()))?;
        made.map(|(id, slot)| Ticket { id, slot, value: PhantomData })
    }

    /// As [`call`](Self::call): what a task is, its declaration says.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub fn task<F, A, How, R>(&self, work: F, arguments: A) -> Result<Ticket<R::Value>, Refused>
    where
        A: Arguments,
        R: WorkResult,
        F: Work<A, How, Answer = R>,
    {
        self.call(work, arguments)
    }

    /// Makes a call once more that has ended, with the same number and arguments; its attempts go on counting. What the
    /// handler of a failure asks for.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub fn retry(&self, call: &Call) -> Result<(), Refused> {
        let now = self.now().mono;
        self.with_team(|team| team.retry(now, call)).unwrap_or(Err(Refused::NotDeclared(call.key.name())))
    }

    /// Gives a call up. One that waits ends at once, as failed; one that runs sees [`cancelled`](super::cancelled) and may end early.
    pub fn cancel<T>(&self, ticket: &Ticket<T>) {
        let now = self.now().mono;
        self.with_team(|team| team.cancel(now, ticket.id));
    }

    /// Waits for a result, while nothing else runs: ticks are late by as much. `None` when it did not come in time.
    ///
    /// *When to use:* in a setup, or where a result is due any moment. Else leave it to `#[on(returned = …)]`.
    pub fn wait<T: DeserializeOwned>(&self, ticket: &Ticket<T>, at_most: Duration) -> Option<Result<T, Failure>> {
        let until = self.now().mono.plus(at_most);
        loop {
            if let Some(result) = ticket.result() {
                return Some(result);
            }
            let now = self.now().mono;
            if now >= until || self.cancelled() {
                return None;
            }
            self.with_team(|team| team.wait(Some(until.min(now.plus(LOOK))), || self.now().mono))?;
        }
    }

    /// Where a call is.
    #[must_use]
    pub fn call_status<T: DeserializeOwned>(&self, ticket: &Ticket<T>) -> Status {
        match ticket.result() {
            Some(Ok(_)) => Status::Returned,
            Some(Err(_)) => Status::Failed,
            None => self.with_team(|team| team.status(ticket.id())).flatten().unwrap_or(Status::Failed),
        }
    }

    /// The pool of `work`: `cx.pool(Self::fetch).map(|pool| pool.is_idle())`. `None` when none was declared.
    pub fn pool<F, A, How>(&self, work: F) -> Option<PoolView>
    where
        F: Work<A, How>,
    {
        let _ = work;
        self.with_team(|team| team.view(Key::of::<F>())).flatten()
    }

    /// Changes the number of processes of the pool of `work`; surplus ones end when they have nothing to do.
    pub fn resize<F, A, How>(&self, work: F, processes: usize)
    where
        F: Work<A, How>,
    {
        let _ = work;
        let now = self.now().mono;
        self.with_team(|team| team.resize(now, Key::of::<F>(), processes));
    }

    /// Lets a pool that has failed try again.
    pub fn revive<F, A, How>(&self, work: F)
    where
        F: Work<A, How>,
    {
        let _ = work;
        let now = self.now().mono;
        self.with_team(|team| team.revive(now, Key::of::<F>()));
    }

    fn with_team<R>(&self, ask: impl FnOnce(&mut Team) -> R) -> Option<R> {
        self.team.borrow_mut().as_mut().map(ask)
    }
}

/// A pool at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolView {
    /// How many processes it may have.
    pub size: usize,
    /// How many it has.
    pub processes: usize,
    /// Calls that are with a worker.
    pub running: usize,
    /// Calls that wait for one, or for their next attempt.
    pub buffered: usize,
    /// It has given up.
    pub failed: bool,
    /// What it has done so far.
    pub sums: Sums,
}

impl PoolView {
    /// Whether a call made now would not wait for another.
    #[must_use]
    pub const fn is_idle(&self) -> bool {
        self.buffered == 0 && self.running < self.size && !self.failed
    }
}
