//! The pools at work: the state machine, and the hands that do what it says. What a [`Context`](crate::Context) and the
//! loop share of them.

use std::io;
use std::os::fd::BorrowedFd;
use std::time::Duration;

use log::Level;

use super::ask::PoolView;
use super::call::{Call, Refused, Slot, Status};
use super::crew::{Crew, Event, Kept, Order};
use super::dump::Row;
use super::pool::Pool;
use super::work::Key;
use crate::clock::Mono;

/// Whoever sleeps and may be told to hurry looks up this often: a signal that comes just before the sleep does not end it.
pub(crate) const LOOK: Duration = Duration::from_millis(100);

/// What does it: starts processes, talks to them, ends them, and hears of them. Never waits but in `wait`.
pub(crate) trait Hands {
    /// Processes started from now on inherit these descriptors.
    fn share(&mut self, kept: &[BorrowedFd<'_>]);

    /// Starts a process of this pool for this member.
    fn spawn(&mut self, pool: usize, name: &str, member: u64) -> io::Result<u32>;

    /// Sends a call. A line that is closed is told as an end of the member.
    fn send(&mut self, member: u64, call: u64, method: u16, arguments: &[u8]);

    /// Says that nobody waits for a call.
    fn cancel(&mut self, member: u64, call: u64);

    /// Says that no more will come.
    fn close(&mut self, member: u64);

    /// Ends the process group of a member.
    fn end(&mut self, member: u64, hard: bool);

    /// Adds what has happened since it was last asked.
    fn collect(&mut self, events: &mut Vec<(u64, Event)>);

    /// Sleeps until something happens, or until then.
    fn wait(&mut self, until: Option<Mono>);
}

/// Pools and hands.
pub(crate) struct Team {
    crew: Crew,
    hands: Box<dyn Hands>,
    names: Vec<String>,
    orders: Vec<Order>,
    events: Vec<(u64, Event)>,
    /// Calls that have ended and are still to be told.
    ended: Vec<u64>,
}

impl Team {
    pub(crate) fn new(crew: Crew, pools: &[Pool], hands: Box<dyn Hands>) -> Self {
        let names = pools.iter().map(|pool| pool.name.clone()).collect();
        Self { crew, hands, names, orders: Vec::new(), events: Vec::new(), ended: Vec::new() }
    }

    /// Processes started from now on inherit these descriptors.
    pub(crate) fn share(&mut self, kept: &[BorrowedFd<'_>]) {
        self.hands.share(kept);
    }

    /// The daemon is about to run.
    pub(crate) fn start(&mut self, now: Mono) {
        self.crew.start(now, &mut self.orders);
        self.carry_out(now);
    }

    /// Takes in what has happened, and does what follows.
    pub(crate) fn turn(&mut self, now: Mono) {
        let mut events = std::mem::take(&mut self.events);
        self.hands.collect(&mut events);
        for (member, event) in events.drain(..) {
            self.crew.event(now, member, event, &mut self.orders);
        }
        self.events = events;
        if self.crew.due().is_some_and(|due| due <= now) {
            self.crew.wake(now, &mut self.orders);
        }
        self.carry_out(now);
    }

    /// When it must be turned at the latest.
    pub(crate) fn due(&self) -> Option<Mono> {
        self.crew.due()
    }

    /// Calls that have ended since the last time this was asked.
    pub(crate) fn take_ended(&mut self) -> Vec<Call> {
        let ended = std::mem::take(&mut self.ended);
        ended.into_iter().filter_map(|call| self.crew.take_ended(call)).collect()
    }

    pub(crate) fn call(&mut self, now: Mono, key: Key, arguments: Vec<u8>) -> Result<(u64, Slot), Refused> {
        let made = self.crew.call(now, key, arguments, &mut self.orders);
        self.carry_out(now);
        made
    }

    pub(crate) fn retry(&mut self, now: Mono, call: &Call) -> Result<(), Refused> {
        let made = self.crew.retry(now, call, &mut self.orders);
        self.carry_out(now);
        made
    }

    pub(crate) fn cancel(&mut self, now: Mono, call: u64) {
        self.crew.cancel(now, call, &mut self.orders);
        self.carry_out(now);
    }

    pub(crate) fn status(&self, call: u64) -> Option<Status> {
        self.crew.status(call)
    }

    /// All pools, for the run-time variables.
    pub(crate) fn rows(&self) -> Vec<Row> {
        self.crew.rows()
    }

    /// A pool as it stands.
    pub(crate) fn view(&self, key: Key) -> Option<PoolView> {
        self.crew.pool_of(key).map(|pool| self.crew.view(pool))
    }

    pub(crate) fn resize(&mut self, now: Mono, key: Key, processes: usize) {
        if let Some(pool) = self.crew.pool_of(key) {
            self.crew.resize(now, pool, processes, &mut self.orders);
            self.carry_out(now);
        }
    }

    pub(crate) fn revive(&mut self, now: Mono, key: Key) {
        if let Some(pool) = self.crew.pool_of(key) {
            self.crew.revive(now, pool, &mut self.orders);
            self.carry_out(now);
        }
    }

    /// No more calls: what runs is finished, and then every process ends.
    pub(crate) fn begin_drain(&mut self, now: Mono) {
        self.crew.stop();
        self.crew.dismiss_idle(now, &mut self.orders);
        self.carry_out(now);
    }

    /// Waits for no call any more.
    pub(crate) fn cut(&mut self, now: Mono) {
        self.crew.cut(now, &mut self.orders);
        self.carry_out(now);
    }

    /// Calls that wait, for the next image.
    pub(crate) fn hand_over(&mut self) -> (u64, Vec<Kept>) {
        self.crew.hand_over()
    }

    /// Goes on with calls that an image before has handed over, or this one in vain.
    pub(crate) fn take_over(&mut self, next_call: u64, calls: Vec<Kept>) {
        self.crew.resume();
        for Kept { id, pool, method, .. } in self.crew.take_over(next_call, calls) {
            let text = format!("call {id} of {method} is lost: this program has no worker {pool} with that function");
            say(Level::Error, &text);
        }
    }

    /// There is no next image for the calls that wait.
    pub(crate) fn give_up(&mut self, now: Mono) {
        self.crew.give_up(now, &mut self.orders);
        self.carry_out(now);
    }

    /// Whether no process is left.
    pub(crate) fn is_empty(&self) -> bool {
        self.crew.processes() == 0
    }

    /// Gives up what still waits, and says what became of all calls.
    pub(crate) fn conclude(&mut self, now: Mono) {
        self.crew.conclude(now, &mut self.orders);
        self.carry_out(now);
    }

    /// Sleeps until something happens to a worker, or until then, and takes it in.
    pub(crate) fn wait(&mut self, until: Option<Mono>, now: impl Fn() -> Mono) {
        let until = until.into_iter().chain(self.due()).min();
        self.hands.wait(until);
        self.turn(now());
    }

    /// Does what was ordered; what comes of it at once may order more.
    pub(crate) fn carry_out(&mut self, now: Mono) {
        while !self.orders.is_empty() {
            for order in std::mem::take(&mut self.orders) {
                self.do_one(now, order);
            }
        }
    }

    fn do_one(&mut self, now: Mono, order: Order) {
        match order {
            Order::Spawn { pool, member } => {
                let event = match self.hands.spawn(pool, &self.names[pool], member) {
                    Ok(pid) => Event::Pid(pid),
                    Err(error) => {
                        Event::NotStarted { why: format!("can not be started: {error}"), shortage: is_shortage(&error) }
                    }
                };
                self.crew.event(now, member, event, &mut self.orders);
            }
            Order::Send { member, call } => {
                if let Some((method, arguments)) = self.crew.message(call) {
                    self.hands.send(member, call, method, arguments);
                }
            }
            Order::Cancel { member, call } => self.hands.cancel(member, call),
            Order::Close { member } => self.hands.close(member),
            Order::End { member, hard } => self.hands.end(member, hard),
            Order::Ended { call } => self.ended.push(call),
            Order::Log(level, text) => say(level, &text),
        }
    }
}

/// Whether waiting may help: no descriptors, processes or memory are left.
fn is_shortage(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::EMFILE | libc::ENFILE | libc::EAGAIN | libc::ENOMEM | libc::ENOBUFS))
}

fn say(level: Level, text: &str) {
    log::log!(target: "daemon", level, "{text}");
}
