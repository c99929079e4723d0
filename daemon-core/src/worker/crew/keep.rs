//! Calls that wait across a restart in place: none is lost, and none begins twice.

use std::rc::{Rc, Weak};

use super::{Call, Crew, Job, State};
use crate::clock::Mono;

/// A call that has not begun, or that is to be tried again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) id: u64,
    /// Names of its pool and its function: numbers may be others in a new program.
    pub(crate) pool: String,
    pub(crate) method: String,
    pub(crate) attempts: u32,
    pub(crate) made: Mono,
    pub(crate) arguments: Vec<u8>,
}

impl Crew {
    /// The calls that wait, oldest first in each pool, and the number that the next one gets. They are not ours any more.
    pub(crate) fn hand_over(&mut self) -> (u64, Vec<Kept>) {
        let mut kept = Vec::new();
        for desk in &mut self.desks {
            let resting = std::mem::take(&mut desk.resting).into_iter().map(|(_, call)| call);
            for call in desk.queue.drain(..).chain(resting) {
                let Some(Job { call, .. }) = self.jobs.remove(&call) else { continue };
                desk.sums.pending -= 1;
                desk.sums.accepted -= 1;
                kept.push(Kept {
                    id: call.id,
                    pool: desk.plan.name.clone(),
                    method: call.method().to_owned(),
                    attempts: call.attempts,
                    made: call.made,
                    arguments: call.arguments.to_vec(),
                });
            }
        }
        (self.next_call, kept)
    }

    /// Takes calls over that were handed over. Gives back those that no pool knows any more.
    pub(crate) fn take_over(&mut self, next_call: u64, kept: Vec<Kept>) -> Vec<Kept> {
        self.next_call = self.next_call.max(next_call);
        kept.into_iter().filter_map(|kept| self.take_one(kept)).collect()
    }

    fn take_one(&mut self, kept: Kept) -> Option<Kept> {
        let known = self.desks.iter().enumerate().find_map(|(index, desk)| {
            let method = desk.plan.methods.iter().position(|key| key.name() == kept.method)?;
            (desk.plan.name == kept.pool).then_some((index, method))
        });
        let Some((pool, method)) = known else { return Some(kept) };
        let desk = &mut self.desks[pool];
        let call = Call {
            id: kept.id,
            key: desk.plan.methods[method],
            watched: false,
            arguments: Rc::from(kept.arguments),
            attempts: kept.attempts,
            pid: None,
            made: kept.made,
            began: None,
            ended: None,
            outcome: None,
        };
        desk.called = true;
        desk.sums.accepted += 1;
        desk.sums.pending += 1;
        desk.queue.push_back(kept.id);
        let method = u16::try_from(method).unwrap_or(u16::MAX);
        self.jobs.insert(kept.id, Job { call, pool, method, ticket: Weak::new(), state: State::Waiting });
        self.next_call = self.next_call.max(kept.id + 1);
        None
    }

    /// Takes calls again, after a stop or a restart that did not come about.
    pub(crate) fn resume(&mut self) {
        self.stopping = false;
    }
}
