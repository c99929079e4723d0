//! Workers and the loop: their news, their last calls, and the calls that go to the next image.

use std::os::fd::OwnedFd;

use super::{Drain, Parts, Runner, World};
use crate::clock::Mono;
use crate::engine::Input;
use crate::error::{Error, Exit};
use crate::worker::crew::{Crew, Kept};
use crate::worker::parcel;
use crate::worker::team::Team;

/// Calls that wait, packed for the next image; kept in case there is none.
pub(super) struct Waiting {
    next_call: u64,
    calls: Vec<Kept>,
    memory: Vec<OwnedFd>,
}

impl Waiting {
    pub(super) fn memory(&self) -> &[OwnedFd] {
        &self.memory
    }
}

/// Makes the pools that are declared, with the calls that the image before has left.
pub(crate) fn engage<D>(parts: &mut Parts<D>, world: &mut impl World) -> Result<(), Error> {
    let pools = &parts.plan.pools;
    if pools.is_empty() {
        return Ok(());
    }
    let mut team = Team::new(Crew::new(pools, parts.plan.interval.value), pools, world.hands()?);
    let left = parts.birth.inherited.as_mut().map(|inherited| std::mem::take(&mut inherited.calls));
    if let Some(pieces) = left.filter(|pieces| !pieces.is_empty()) {
        match parcel::unpack(pieces) {
            Ok((next_call, calls)) => team.take_over(next_call, calls),
            Err(why) => log::error!(target: "daemon", "the calls that waited are lost: {why}"),
        }
    }
    parts.context.team.replace(Some(team));
    Ok(())
}

/// At the end: says what became of all calls.
pub(super) fn conclude<D>(parts: &Parts<D>, now: Mono) {
    if let Some(mut team) = parts.context.team.take() {
        team.conclude(now);
    }
}

impl<D: 'static, W: World> Runner<D, W> {
    /// When workers want to be looked at: something of theirs is due, or the patience with them ends.
    pub(super) fn workers_due(&self) -> Option<Mono> {
        let context = &self.parts.context;
        let due = context.team.borrow().as_ref()?.due();
        let patience = context.cancel_at.get().filter(|_| self.draining.is_some());
        due.into_iter().chain(patience).min()
    }

    /// Lets workers finish what they have; says when none is left.
    pub(super) fn drain(&mut self, for_good: bool) {
        if let Some(team) = self.parts.context.team.borrow_mut().as_mut() {
            team.begin_drain(self.world.now());
        }
        self.draining = Some(Drain { for_good });
        self.hear_workers();
    }

    /// Hears of the workers.
    pub(super) fn hear_workers(&mut self) {
        let context = &self.parts.context;
        let Some(team) = &mut *context.team.borrow_mut() else { return };
        team.turn(self.world.now());
        // A second stop, or a share of the time that is over, ends the patience.
        if self.draining.is_some() && context.cancelled() {
            team.cut(self.world.now());
        }
        let drained = self.draining.take_if(|_| team.is_empty());
        if drained.is_some_and(|drain| drain.for_good) {
            team.give_up(self.world.now());
        }
        self.inbox.extend(team.take_ended().into_iter().map(|call| Input::CallEnded(Box::new(call))));
        if drained.is_some() {
            self.inbox.push_back(Input::Drained);
        }
    }

    /// Packs the calls that wait. After an error they are where they were.
    pub(super) fn hand_calls_over(&self) -> Result<Waiting, Error> {
        let (next_call, calls) = self.parts.context.team.borrow_mut().as_mut().map(Team::hand_over).unwrap_or_default();
        if calls.is_empty() && next_call == 0 {
            return Ok(Waiting { next_call, calls, memory: Vec::new() });
        }
        match parcel::pack(next_call, &calls) {
            Ok(memory) => Ok(Waiting { next_call, calls, memory }),
            Err(error) => {
                self.take_calls_back(Waiting { next_call, calls, memory: Vec::new() });
                Err(Error::new(Exit::Os, format!("can not hand over the calls that wait: {error}")))
            }
        }
    }

    /// There is no next image: the calls wait here.
    pub(super) fn take_calls_back(&self, Waiting { next_call, calls, .. }: Waiting) {
        if let Some(team) = self.parts.context.team.borrow_mut().as_mut() {
            team.take_over(next_call, calls);
        }
    }
}
