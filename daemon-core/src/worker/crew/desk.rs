//! Calls: accepting, handing out, ending, trying again.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;

use log::Level;

use super::{Call, Crew, Desk, Job, Key, Order, Outcome, Refused, Slot, State};
use crate::clock::{Mono, nanos};
use crate::duration::Pretty;
use crate::worker::call::{Failure, Status};

/// The longest pause between two attempts.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

impl Crew {
    /// Takes a call, or says why not. It is with a worker at once, if one is idle.
    pub(crate) fn call(
        &mut self,
        now: Mono,
        key: Key,
        arguments: Vec<u8>,
        out: &mut Vec<Order>,
    ) -> Result<(u64, Slot), Refused> {
        let &(pool, method) = self.keys.get(&key).ok_or(Refused::NotDeclared(key.name()))?;
        if let Err(refused) = self.admit(pool) {
            self.desks[pool].sums.refused += 1;
            return Err(refused);
        }
        let (id, slot) = (self.next_call, Rc::new(RefCell::new(None)));
        self.next_call += 1;
        let call = Call {
            id,
            key,
            watched: false,
            arguments: arguments.into(),
            attempts: 0,
            pid: None,
            made: now,
            began: None,
            ended: None,
            outcome: None,
        };
        self.jobs.insert(id, Job { call, pool, method, ticket: Rc::downgrade(&slot), state: State::Waiting });
        let desk = &mut self.desks[pool];
        desk.called = true;
        desk.sums.accepted += 1;
        desk.sums.pending += 1;
        desk.queue.push_back(id);
        self.fill(now, pool, out);
        Ok((id, slot))
    }

    fn admit(&self, pool: usize) -> Result<(), Refused> {
        let desk = &self.desks[pool];
        if let Some(why) = &desk.failed {
            return Err(Refused::PoolFailed(why.clone()));
        }
        // A call that a worker takes at once does not wait.
        let at_once = !self.stopping && (self.idle(pool).is_some() || self.living(pool) < desk.plan.size);
        if self.buffered(pool) >= desk.plan.queue.max(usize::from(at_once)) {
            return Err(Refused::Full { queue: desk.plan.queue });
        }
        Ok(())
    }

    /// Hands waiting calls to idle workers, and starts workers for the others.
    pub(super) fn fill(&mut self, now: Mono, pool: usize, out: &mut Vec<Order>) {
        while !self.stopping
            && let Some(member) = self.idle(pool)
            && let Some(call) = self.desks[pool].queue.pop_front()
        {
            self.begin(now, call, member);
            out.push(Order::Send { member, call });
        }
        self.hire(now, pool, out);
    }

    fn begin(&mut self, now: Mono, call: u64, member: u64) {
        let pid = self.assign(now, member, call);
        if let Some(job) = self.jobs.get_mut(&call) {
            let desk = &mut self.desks[job.pool];
            desk.waited.record(nanos(now.since(job.call.made)));
            let busy = self.members.iter().filter(|member| member.pool == job.pool && member.call().is_some()).count();
            desk.peak = desk.peak.max(busy);
            job.state = State::Running;
            job.call.attempts += 1;
            job.call.began = Some(now);
            job.call.pid = pid;
        }
    }

    /// An attempt has ended: the call has, or it is tried again after a pause.
    pub(super) fn settle(&mut self, now: Mono, call: u64, outcome: Result<Vec<u8>, Failure>, out: &mut Vec<Order>) {
        let Some(job) = self.jobs.get_mut(&call) else { return };
        let Desk { plan, failed, .. } = &self.desks[job.pool];
        // Of a pool that has failed nobody would ever take it up.
        if let Err(failure) = &outcome
            && job.call.attempts <= plan.retries
            && !self.stopping
            && failed.is_none()
        {
            let pause = plan.backoff.saturating_mul(1 << (job.call.attempts - 1).min(16)).min(LONGEST_PAUSE);
            job.state = State::Waiting;
            let text = format!("{} call {call} failed: {failure}; again in {}", plan.name, Pretty(pause));
            self.desks[job.pool].resting.insert((now.plus(pause), call));
            out.push(Order::Log(Level::Warn, text));
            return;
        }
        self.end(now, call, outcome.map(Rc::from), out);
    }

    /// A call has ended, once and for all.
    pub(super) fn end(&mut self, now: Mono, call: u64, outcome: Outcome, out: &mut Vec<Order>) {
        let Some(mut job) = self.jobs.remove(&call) else { return };
        let desk = &mut self.desks[job.pool];
        if let Some(began) = job.call.began {
            desk.took.record(nanos(now.since(began)));
        }
        let sums = &mut desk.sums;
        sums.pending -= 1;
        if outcome.is_ok() {
            sums.returned += 1
        } else {
            sums.failed += 1
        }
        if let Some(slot) = job.ticket.upgrade() {
            job.call.watched = true;
            *slot.borrow_mut() = Some(outcome.clone());
        }
        job.call.ended = Some(now);
        job.call.outcome = Some(outcome);
        self.ended.insert(call, job.call);
        out.push(Order::Ended { call });
    }

    /// Calls whose pause is over go to the front: they are the oldest.
    pub(super) fn wake_jobs(&mut self, now: Mono) {
        for desk in &mut self.desks {
            while let Some((at, call)) = desk.resting.first().copied().filter(|(at, _)| *at <= now) {
                desk.resting.remove(&(at, call));
                desk.queue.push_front(call);
            }
        }
    }

    /// Gives up all calls of a pool that are not with a worker.
    pub(super) fn give_up_waiting(&mut self, now: Mono, pool: usize, why: &str, out: &mut Vec<Order>) {
        let desk = &mut self.desks[pool];
        let resting = std::mem::take(&mut desk.resting).into_iter().map(|(_, call)| call);
        let waiting: BTreeSet<u64> = desk.queue.drain(..).chain(resting).collect();
        for call in waiting {
            self.end(now, call, Err(Failure::GivenUp(why.to_owned())), out);
        }
    }

    /// Tries a call again that has ended: as a new attempt of the same call.
    pub(crate) fn retry(&mut self, now: Mono, call: &Call, out: &mut Vec<Order>) -> Result<(), Refused> {
        let &(pool, method) = self.keys.get(&call.key).ok_or(Refused::NotDeclared(call.key.name()))?;
        self.admit(pool)?;
        if self.jobs.contains_key(&call.id) {
            return Ok(());
        }
        let mut call = Call { outcome: None, ended: None, began: None, ..call.clone() };
        call.made = now;
        let id = call.id;
        self.jobs.insert(id, Job { call, pool, method, ticket: std::rc::Weak::new(), state: State::Waiting });
        let desk = &mut self.desks[pool];
        desk.sums.accepted += 1;
        desk.sums.pending += 1;
        desk.queue.push_back(id);
        self.fill(now, pool, out);
        Ok(())
    }

    /// Gives a call up: one that waits ends at once, one that runs is told and may end early.
    pub(crate) fn cancel(&mut self, now: Mono, call: u64, out: &mut Vec<Order>) {
        let Some(job) = self.jobs.get(&call) else { return };
        if job.state == State::Running {
            let member = self.members.iter().find(|member| member.call() == Some(call));
            return out.extend(member.map(|member| Order::Cancel { member: member.id, call }));
        }
        let desk = &mut self.desks[job.pool];
        desk.queue.retain(|waiting| *waiting != call);
        desk.resting.retain(|(_, resting)| *resting != call);
        self.end(now, call, Err(Failure::GivenUp("it was cancelled".into())), out);
    }

    /// Where a call is that has not ended.
    pub(crate) fn status(&self, call: u64) -> Option<Status> {
        self.jobs.get(&call).map(|job| match job.state {
            State::Running => Status::Running,
            State::Waiting => Status::Buffered,
        })
    }

    /// Calls of a pool that are not with a worker.
    pub(crate) fn buffered(&self, pool: usize) -> usize {
        self.desks[pool].queue.len() + self.desks[pool].resting.len()
    }
}
