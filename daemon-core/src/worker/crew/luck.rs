//! Ends that nobody asked for: the calls that are lost with them, pauses before the next start, and a limit.

use std::time::Duration;

use log::Level;

use super::staff::{Doing, Member};
use super::{Crew, Desk, Order};
use crate::clock::Mono;
use crate::worker::call::{Death, Failure};

/// The pause after the first misfortune; it doubles with each.
const FIRST_REST: Duration = Duration::from_millis(100);
const LONGEST_REST: Duration = Duration::from_secs(10);
/// So many that did nothing in a row, and as many more as there are processes, and the pool has failed.
const BARREN: u32 = 10;
/// So many misfortunes in a row are followed by a new start at once.
const FORGIVEN: u32 = 5;

/// An end that nobody asked for.
pub(super) struct Misfortune {
    /// When the process was started.
    pub(super) born: Mono,
    /// It had done nothing.
    pub(super) barren: bool,
    /// It could not be started for want of something that may come back.
    pub(super) shortage: bool,
}

impl Desk {
    /// A call was answered: all is well.
    pub(super) fn forget(&mut self) {
        (self.misfortunes, self.barren, self.unlucky) = (0, 0, None);
    }
}

impl Crew {
    /// A process is gone.
    pub(super) fn on_gone(&mut self, now: Mono, id: u64, how: Death, out: &mut Vec<Order>) {
        let Some(Member { pool, served, doing, born, .. }) = self.remove(id) else { return };
        let bad = |barren| Misfortune { born, barren, shortage: false };
        match doing {
            Doing::Leaving { .. } | Doing::Killed => {}
            Doing::Starting => self.misfortune(now, pool, &format!("{how} before it was ready"), bad(true), out),
            // Unasked, but nothing is lost: it may have retired by itself.
            Doing::Idle if how == Death::Exited(0) && served > 0 => {}
            Doing::Idle => self.misfortune(now, pool, &how.to_string(), bad(served == 0), out),
            Doing::Busy { call, .. } => {
                self.desks[pool].sums.deaths += 1;
                // It may be the call that kills: the calls of others are not given up for that.
                self.count_misfortune(now, pool, &how.to_string(), bad(false), out);
                self.settle(now, call, Err(Failure::Died(how)), out);
            }
        }
        self.fill(now, pool, out);
    }

    /// A process never came to be.
    pub(super) fn on_not_started(&mut self, now: Mono, id: u64, why: &str, shortage: bool, out: &mut Vec<Order>) {
        let Some(Member { pool, born, .. }) = self.remove(id) else { return };
        // What is short now may be there later; what is wrong otherwise stays so.
        self.misfortune(now, pool, &format!("a worker {why}"), Misfortune { born, barren: !shortage, shortage }, out);
        self.fill(now, pool, out);
    }

    fn remove(&mut self, id: u64) -> Option<Member> {
        let at = self.members.iter().position(|member| member.id == id)?;
        Some(self.members.remove(at))
    }

    pub(super) fn misfortune(&mut self, now: Mono, pool: usize, why: &str, bad: Misfortune, out: &mut Vec<Order>) {
        let desk = &mut self.desks[pool];
        desk.sums.deaths += 1;
        out.push(Order::Log(Level::Error, format!("{}: {why}", desk.plan.name)));
        self.count_misfortune(now, pool, why, bad, out);
    }

    /// One in a row: the next process is started later, and after too many that did nothing the pool gives up.
    fn count_misfortune(&mut self, now: Mono, pool: usize, why: &str, bad: Misfortune, out: &mut Vec<Order>) {
        let desk = &mut self.desks[pool];
        desk.barren += u32::from(bad.barren);
        let limit = BARREN.saturating_add(u32::try_from(desk.plan.size).unwrap_or(u32::MAX));
        if desk.barren >= limit {
            let text = format!("{} workers in a row ended before they did anything; the last: {why}", desk.barren);
            out.push(Order::Log(Level::Error, format!("{}: the pool has failed: {text}", desk.plan.name)));
            (desk.failed, desk.rest_until) = (Some(text.clone()), None);
            self.give_up_waiting(now, pool, &text, out);
            return;
        }
        // Who was there at the last one has gone with it, however many they are; only who came after it makes it worse.
        if desk.unlucky.is_some_and(|unlucky| bad.born < unlucky) || desk.rest_until.is_some_and(|until| until > now) {
            return;
        }
        desk.misfortunes += 1;
        desk.unlucky = Some(now);
        // The first few are replaced at once; what is short now is short for a while.
        let forgiven = if bad.shortage { 0 } else { FORGIVEN };
        if desk.misfortunes > forgiven {
            let rest = FIRST_REST.saturating_mul(1 << (desk.misfortunes - forgiven - 1).min(10)).min(LONGEST_REST);
            desk.rest_until = Some(now.plus(rest));
        }
    }

    /// Lets a pool that has failed try again.
    pub(crate) fn revive(&mut self, now: Mono, pool: usize, out: &mut Vec<Order>) {
        let desk = &mut self.desks[pool];
        (desk.failed, desk.rest_until) = (None, None);
        desk.forget();
        self.fill(now, pool, out);
    }

    /// It has answered a call that it does not have: nothing that it says can be believed.
    pub(super) fn expel(&mut self, now: Mono, id: u64, answered: u64, out: &mut Vec<Order>) {
        let Some(member) = self.member(id) else { return };
        let (pool, has) = (member.pool, member.call());
        let bad = Misfortune { born: member.born, barren: has.is_none() && member.served == 0, shortage: false };
        member.doing = Doing::Killed;
        out.push(Order::End { member: id, hard: true });
        let why = format!("a worker answered call {answered}, which it does not have, and was ended");
        self.misfortune(now, pool, &why, bad, out);
        if let Some(call) = has {
            self.settle(now, call, Err(Failure::Died(Death::Garbled)), out);
        }
        self.fill(now, pool, out);
    }
}
