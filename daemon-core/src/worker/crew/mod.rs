//! All pools of a daemon: which call goes to which process, and when a process is started or ended. A state machine
//! without system calls, clock or randomness, as the engine is one.
//!
//! What must always hold, and is counted: every call that was accepted is waiting, running, or has ended exactly once;
//! *accepted = returned + failed + pending*.
//!
//! | file | subject |
//! |---|---|
//! | `desk` | calls: accepting, handing out, ending, trying again |
//! | `keep` | calls that wait across a restart |
//! | `staff` | processes: starting, timing out, recycling, ending |
//! | `luck` | ends that nobody asked for |

mod desk;
mod keep;
mod luck;
mod staff;

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::rc::Weak;
use std::time::Duration;

use log::Level;

use super::ask::PoolView;
use super::call::{Call, Death, Outcome, Refused, Slot};
use super::dump::Row;
use super::pool::{Kind, Pool, When};
use super::work::Key;
use crate::clock::Mono;
use crate::stats::Histogram;
pub(crate) use keep::Kept;
use staff::Member;

/// What came from the outside.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Event {
    /// A worker is ready for calls.
    Hello,
    /// A worker has answered a call; `leaving`: it takes no more.
    Answer { call: u64, outcome: Result<Vec<u8>, String>, leaving: bool },
    /// A worker process is gone.
    Gone(Death),
    /// It could not be started; `shortage`: for want of descriptors, processes or memory, which may come back.
    NotStarted { why: String, shortage: bool },
    /// Its process number.
    Pid(u32),
}

/// What to do. Each is about the member of this number.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Order {
    /// Start a process for this pool.
    Spawn { pool: usize, member: u64 },
    /// Send a call.
    Send { member: u64, call: u64 },
    /// Tell whoever runs a call that nobody waits for it.
    Cancel { member: u64, call: u64 },
    /// Say that no more will come: a worker ends in order.
    Close { member: u64 },
    /// End its process group: by TERM, or by KILL.
    End { member: u64, hard: bool },
    /// A call has ended, one way or another.
    Ended { call: u64 },
    /// Say something in the log.
    Log(Level, String),
}

/// Why a call is given up that never began.
const GIVEN_UP: &str = "the daemon stopped before it began";

/// A call that has not ended.
struct Job {
    call: Call,
    pool: usize,
    method: u16,
    /// Whoever made it may still ask for the result.
    ticket: Weak<std::cell::RefCell<Option<Outcome>>>,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// In its pool's queue, or resting before its next attempt.
    Waiting,
    Running,
}

/// Sums of a pool. They add up at every moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Calls that were taken.
    pub accepted: u64,
    /// Calls with a result.
    pub returned: u64,
    /// Calls that ended without one, for whatever reason.
    pub failed: u64,
    /// Calls that wait or run.
    pub pending: u64,
    /// Calls that were refused: they are not among the accepted.
    pub refused: u64,
    /// Attempts that were ended for their time.
    pub timeouts: u64,
    /// Results that came after their time: they are not delivered.
    pub late: u64,
    /// Workers that ended when nobody had asked them to.
    pub deaths: u64,
    /// Workers that were started.
    pub started: u64,
}

/// One pool at work.
struct Desk {
    plan: Pool,
    when: When,
    queue: VecDeque<u64>,
    /// Calls that are tried again, and when.
    resting: BTreeSet<(Mono, u64)>,
    sums: Sums,
    /// Misfortunes in a row since a call was last answered, those that come together counted as one: they make the pauses
    /// between starts longer.
    misfortunes: u32,
    /// When the last that was counted came.
    unlucky: Option<Mono>,
    /// Processes since then that ended before they had done anything: too many, and the pool has failed.
    barren: u32,
    /// No process is started before this.
    rest_until: Option<Mono>,
    /// The pool has given up, for this reason.
    failed: Option<String>,
    /// A call was made.
    called: bool,
    /// The most processes that were busy at once.
    peak: usize,
    waited: Histogram,
    took: Histogram,
}

/// All pools.
pub(crate) struct Crew {
    desks: Vec<Desk>,
    keys: HashMap<Key, (usize, u16)>,
    jobs: HashMap<u64, Job>,
    members: Vec<Member>,
    next_call: u64,
    next_member: u64,
    /// No calls are begun any more: those that come wait, for the next image or in vain.
    stopping: bool,
    /// Calls that ended and whose end was not looked at yet.
    ended: HashMap<u64, Call>,
}

impl Crew {
    pub(crate) fn new(pools: &[Pool], interval: Duration) -> Self {
        let mut keys = HashMap::new();
        for (index, pool) in pools.iter().enumerate() {
            for (method, key) in (0..).zip(&pool.methods) {
                keys.insert(*key, (index, method));
            }
        }
        let desk = |pool: &Pool| Desk {
            when: pool.spawn.at(interval),
            plan: pool.clone(),
            queue: VecDeque::new(),
            resting: BTreeSet::new(),
            sums: Sums::default(),
            misfortunes: 0,
            unlucky: None,
            barren: 0,
            rest_until: None,
            failed: None,
            called: false,
            peak: 0,
            waited: Histogram::new(),
            took: Histogram::new(),
        };
        Self {
            desks: pools.iter().map(desk).collect(),
            keys,
            jobs: HashMap::new(),
            members: Vec::new(),
            next_call: 1,
            next_member: 1,
            stopping: false,
            ended: HashMap::new(),
        }
    }

    /// The daemon is about to run: pools that are to be there at once are started.
    pub(crate) fn start(&mut self, now: Mono, out: &mut Vec<Order>) {
        // After a restart that did not come to pass it is not for the first time.
        self.stopping = false;
        (0..self.desks.len()).for_each(|pool| self.fill(now, pool, out));
    }

    /// Whatever time brings: timeouts, retries, processes that did not end.
    pub(crate) fn wake(&mut self, now: Mono, out: &mut Vec<Order>) {
        self.wake_jobs(now);
        self.wake_members(now, out);
        (0..self.desks.len()).for_each(|pool| self.fill(now, pool, out));
    }

    /// When it must be woken at the latest.
    pub(crate) fn due(&self) -> Option<Mono> {
        let resting = self.desks.iter().filter_map(|desk| desk.resting.first().map(|(at, _)| *at));
        let rests = self.desks.iter().filter_map(|desk| desk.rest_until);
        self.members.iter().filter_map(|member| member.due(&self.desks)).chain(resting).chain(rests).min()
    }

    /// Calls that wait for a worker are not begun any more. What a hook still calls waits too: it goes to the next image, or is
    /// given up.
    pub(crate) fn stop(&mut self) {
        self.stopping = true;
        self.desks.iter_mut().for_each(|desk| desk.rest_until = None);
    }

    /// Processes that have not ended.
    pub(crate) fn processes(&self) -> usize {
        self.members.len()
    }

    /// The pool that has this function.
    pub(crate) fn pool_of(&self, key: Key) -> Option<usize> {
        self.keys.get(&key).map(|(pool, _)| *pool)
    }

    /// A pool as it stands.
    pub(crate) fn view(&self, pool: usize) -> PoolView {
        let desk = &self.desks[pool];
        let members = || self.members.iter().filter(|member| member.pool == pool);
        PoolView {
            size: desk.plan.size,
            processes: members().count(),
            running: members().filter(|member| member.call().is_some()).count(),
            buffered: self.buffered(pool),
            failed: desk.failed.is_some(),
            sums: desk.sums,
        }
    }

    /// All pools, for people.
    pub(crate) fn rows(&self) -> Vec<Row> {
        let row = |(index, desk): (usize, &Desk)| Row {
            pool: desk.plan.clone(),
            view: self.view(index),
            peak: desk.peak,
            waited: desk.waited.spread(),
            took: desk.took.spread(),
        };
        self.desks.iter().enumerate().map(row).collect()
    }

    /// There is no next image: gives up what waits, while there are still hooks to hear of it.
    pub(crate) fn give_up(&mut self, now: Mono, out: &mut Vec<Order>) {
        (0..self.desks.len()).for_each(|pool| self.give_up_waiting(now, pool, GIVEN_UP, out));
    }

    /// At the end: gives up what still waits, and says for each pool that was used what became of its calls.
    pub(crate) fn conclude(&mut self, now: Mono, out: &mut Vec<Order>) {
        self.give_up(now, out);
        for pool in 0..self.desks.len() {
            let Desk { plan, sums: Sums { accepted, returned, failed, pending, .. }, .. } = &self.desks[pool];
            if *accepted > 0 {
                let text =
                    format!("{}: {accepted} calls: {returned} returned, {failed} failed, {pending} pending", plan.name);
                out.push(Order::Log(Level::Info, text));
            }
        }
    }

    /// What a call that has ended was, once.
    pub(crate) fn take_ended(&mut self, call: u64) -> Option<Call> {
        self.ended.remove(&call)
    }

    /// What goes to a worker: the method's number and the arguments.
    pub(crate) fn message(&self, call: u64) -> Option<(u16, &[u8])> {
        self.jobs.get(&call).map(|job| (job.method, &*job.call.arguments))
    }
}

#[cfg(test)]
mod tests;
