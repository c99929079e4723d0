//! Processes: starting, timing out, recycling, ending.

use std::time::Duration;

use super::luck::Misfortune;
use super::{Crew, Desk, Event, Kind, Order, When};
use crate::clock::Mono;
use crate::duration::Pretty;
use crate::worker::call::Failure;

/// A process that says nothing for this long after its start is ended.
const START: Duration = Duration::from_secs(60);
/// Processes that were told to end and have not are replaced as long as there are not this many times the pool's.
const CROWD: usize = 2;

/// A process of a pool.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) id: u64,
    pub(super) pool: usize,
    pid: Option<u32>,
    pub(super) born: Mono,
    pub(super) served: u64,
    /// The call whose time was up.
    overdue: Option<u64>,
    pub(super) doing: Doing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doing {
    /// It has not said that it is ready.
    Starting,
    Idle,
    Busy {
        call: u64,
        since: Mono,
    },
    /// It was asked to end, and is killed at this time.
    Leaving {
        until: Mono,
    },
    /// It was killed.
    Killed,
}

impl Member {
    pub(super) fn call(&self) -> Option<u64> {
        if let Doing::Busy { call, .. } = self.doing { Some(call) } else { None }
    }

    /// When something must be done about it.
    pub(super) fn due(&self, desks: &[Desk]) -> Option<Mono> {
        let plan = &desks[self.pool].plan;
        match self.doing {
            Doing::Starting => Some(self.born.plus(START)),
            Doing::Busy { since, .. } if !plan.timeout.is_zero() => Some(since.plus(plan.timeout)),
            Doing::Idle if !plan.max_age.is_zero() => Some(self.retires(plan.max_age)),
            Doing::Leaving { until } => Some(until),
            _ => None,
        }
    }

    /// Between `age` and a fifth more, so that a pool does not retire at once.
    fn retires(&self, age: Duration) -> Mono {
        self.born.plus(age).plus(age / 25 * u32::try_from(self.id % 5).unwrap_or(0))
    }

    fn is_spent(&self, now: Mono, desk: &Desk) -> bool {
        let plan = &desk.plan;
        let calls = plan.max_calls + plan.max_calls / 5 * (self.id % 5) / 4;
        (plan.max_calls > 0 && self.served >= calls) || (!plan.max_age.is_zero() && self.retires(plan.max_age) <= now)
    }
}

impl Crew {
    /// Processes of a pool that serve or will.
    pub(super) fn living(&self, pool: usize) -> usize {
        let lives = |member: &&Member| {
            member.pool == pool && matches!(member.doing, Doing::Starting | Doing::Idle | Doing::Busy { .. })
        };
        self.members.iter().filter(lives).count()
    }

    /// A process that has nothing to do: the one that was last busy is as good as any.
    pub(super) fn idle(&self, pool: usize) -> Option<u64> {
        self.members.iter().find(|member| member.pool == pool && member.doing == Doing::Idle).map(|member| member.id)
    }

    /// Gives a call to a process; its number.
    pub(super) fn assign(&mut self, now: Mono, member: u64, call: u64) -> Option<u32> {
        let member = self.member(member)?;
        member.doing = Doing::Busy { call, since: now };
        member.pid
    }

    pub(super) fn member(&mut self, id: u64) -> Option<&mut Member> {
        self.members.iter_mut().find(|member| member.id == id)
    }

    /// Starts as many processes as the pool wants now.
    pub(super) fn hire(&mut self, now: Mono, pool: usize, out: &mut Vec<Order>) {
        let desk = &self.desks[pool];
        if self.stopping || desk.failed.is_some() || desk.rest_until.is_some_and(|until| until > now) {
            return;
        }
        let starting = |member: &&Member| member.pool == pool && member.doing == Doing::Starting;
        let starting = self.members.iter().filter(starting).count();
        let all = self.members.iter().filter(|member| member.pool == pool).count();
        let room = desk.plan.size.saturating_mul(CROWD).saturating_sub(all);
        let vacant = desk.plan.size.saturating_sub(self.living(pool)).min(room);
        let more = match desk.when {
            // A task's process serves one call: there is none before the call.
            _ if desk.plan.kind == Kind::Task => desk.queue.len().saturating_sub(starting),
            When::Eager => vacant,
            When::OnFirstCall if desk.called => vacant,
            _ => desk.queue.len().saturating_sub(starting),
        };
        self.desks[pool].rest_until = None;
        for _ in 0..more.min(vacant) {
            self.spawn(now, pool, out);
        }
    }

    fn spawn(&mut self, now: Mono, pool: usize, out: &mut Vec<Order>) {
        let id = self.next_member;
        self.next_member += 1;
        self.members.push(Member { id, pool, pid: None, born: now, served: 0, overdue: None, doing: Doing::Starting });
        self.desks[pool].sums.started += 1;
        out.push(Order::Spawn { pool, member: id });
    }

    /// Something happened to a process.
    pub(crate) fn event(&mut self, now: Mono, member: u64, event: Event, out: &mut Vec<Order>) {
        match event {
            Event::Pid(pid) => {
                if let Some(member) = self.member(member) {
                    member.pid = Some(pid);
                }
            }
            Event::Hello => self.on_hello(now, member, out),
            Event::Answer { call, outcome, leaving } => self.on_answer(now, member, (call, outcome, leaving), out),
            Event::Gone(how) => self.on_gone(now, member, how, out),
            Event::NotStarted { why, shortage } => self.on_not_started(now, member, &why, shortage, out),
        }
    }

    fn on_hello(&mut self, now: Mono, member: u64, out: &mut Vec<Order>) {
        let Some(member) = self.member(member) else { return };
        if member.doing == Doing::Starting {
            member.doing = Doing::Idle;
            let pool = member.pool;
            self.fill(now, pool, out);
        }
    }

    fn on_answer(
        &mut self,
        now: Mono,
        id: u64,
        (call, outcome, leaving): (u64, Result<Vec<u8>, String>, bool),
        out: &mut Vec<Order>,
    ) {
        let Some(member) = self.member(id) else { return };
        let pool = member.pool;
        match member.doing {
            // An answer that comes after its time was up: it was reported as timed out, and stays so.
            Doing::Leaving { .. } | Doing::Killed => {
                let late = member.overdue.take_if(|overdue| *overdue == call).is_some();
                return self.desks[pool].sums.late += u64::from(late);
            }
            Doing::Busy { call: has, .. } if has == call => {}
            _ => return self.expel(now, id, call, out),
        }
        member.served += 1;
        member.doing = Doing::Idle;
        let spent = {
            let (Some(member), desk) = (self.members.iter().find(|member| member.id == id), &self.desks[pool]) else {
                return;
            };
            let surplus = self.living(pool) > desk.plan.size;
            leaving || surplus || self.stopping || member.is_spent(now, desk)
        };
        self.desks[pool].forget();
        if spent {
            self.dismiss(now, id, out);
        }
        self.settle(now, call, outcome.map_err(Failure::Error), out);
        self.fill(now, pool, out);
    }

    /// Asks a process to end in order.
    fn dismiss(&mut self, now: Mono, id: u64, out: &mut Vec<Order>) {
        let Some(pool) = self.member(id).map(|member| member.pool) else { return };
        let until = now.plus(self.desks[pool].plan.grace);
        if let Some(member) = self.member(id) {
            member.doing = Doing::Leaving { until };
        }
        out.push(Order::Close { member: id });
    }

    /// Changes the number of processes; surplus ones end when they are idle.
    pub(crate) fn resize(&mut self, now: Mono, pool: usize, size: usize, out: &mut Vec<Order>) {
        self.desks[pool].plan.size = size;
        while self.living(pool) > size
            && let Some(idle) = self.idle(pool)
        {
            self.dismiss(now, idle, out);
        }
        self.fill(now, pool, out);
    }

    /// Processes whose time is up.
    pub(super) fn wake_members(&mut self, now: Mono, out: &mut Vec<Order>) {
        let due = |member: &&Member| member.due(&self.desks).is_some_and(|due| due <= now);
        let due: Vec<(u64, usize, Mono, Doing)> =
            self.members.iter().filter(due).map(|member| (member.id, member.pool, member.born, member.doing)).collect();
        for (id, pool, born, doing) in due {
            match doing {
                Doing::Idle => self.dismiss(now, id, out),
                Doing::Busy { call, .. } => self.time_out(now, id, pool, call, out),
                Doing::Starting => {
                    self.put(id, Doing::Killed);
                    out.push(Order::End { member: id, hard: true });
                    let bad = Misfortune { born, barren: true, shortage: false };
                    self.misfortune(now, pool, &format!("a worker was not ready after {}", Pretty(START)), bad, out);
                }
                Doing::Leaving { .. } => {
                    self.put(id, Doing::Killed);
                    out.push(Order::End { member: id, hard: true });
                }
                Doing::Killed => {}
            }
        }
    }

    fn time_out(&mut self, now: Mono, id: u64, pool: usize, call: u64, out: &mut Vec<Order>) {
        let desk = &mut self.desks[pool];
        desk.sums.timeouts += 1;
        let (timeout, until) = (desk.plan.timeout, now.plus(desk.plan.grace));
        if let Some(member) = self.member(id) {
            (member.doing, member.overdue) = (Doing::Leaving { until }, Some(call));
        }
        out.push(Order::End { member: id, hard: false });
        // It may ignore that, and yet look whether it was cancelled, or come to an end of its call.
        out.push(Order::Close { member: id });
        self.settle(now, call, Err(Failure::TimedOut(timeout)), out);
    }

    fn put(&mut self, id: u64, doing: Doing) {
        if let Some(member) = self.member(id) {
            member.doing = doing;
        }
    }

    /// After [`stop`](Self::stop): idle processes end; those that are busy end when they have answered.
    pub(crate) fn dismiss_idle(&mut self, now: Mono, out: &mut Vec<Order>) {
        let ids: Vec<u64> = self
            .members
            .iter()
            .filter(|member| matches!(member.doing, Doing::Idle | Doing::Starting))
            .map(|member| member.id)
            .collect();
        ids.into_iter().for_each(|id| self.dismiss(now, id, out));
    }

    /// The time for running calls is up: their processes are ended, and they are reported as lost.
    pub(crate) fn cut(&mut self, now: Mono, out: &mut Vec<Order>) {
        let alive = self.members.iter().filter(|member| member.doing != Doing::Killed);
        let all: Vec<(u64, Option<u64>)> = alive.map(|member| (member.id, member.call())).collect();
        for (id, call) in all {
            self.put(id, Doing::Killed);
            out.push(Order::End { member: id, hard: true });
            if let Some(call) = call {
                self.end(now, call, Err(Failure::GivenUp("the daemon stopped before it was done".into())), out);
            }
        }
    }
}
