//! Stands in where the feature `workers` is off: there are none.

use std::os::fd::OwnedFd;

use super::{Parts, Runner, World};
use crate::clock::Mono;
use crate::engine::Input;
use crate::error::Error;

/// No calls.
pub(super) struct Waiting;

impl Waiting {
    #[allow(clippy::unused_self, reason = "as the real one")]
    pub(super) const fn memory(&self) -> &[OwnedFd] {
        &[]
    }
}

#[allow(clippy::unnecessary_wraps, reason = "as the real one")]
pub(crate) fn engage<D>(_: &mut Parts<D>, _: &mut impl World) -> Result<(), Error> {
    Ok(())
}

pub(super) fn conclude<D>(_: &Parts<D>, _: Mono) {}

#[allow(clippy::unused_self, reason = "as the real one")]
impl<D: 'static, W: World> Runner<D, W> {
    pub(super) fn workers_due(&self) -> Option<Mono> {
        None
    }

    pub(super) fn drain(&mut self, _for_good: bool) {
        self.draining = None;
        self.inbox.push_back(Input::Drained);
    }

    pub(super) fn hear_workers(&mut self) {}

    #[allow(clippy::unnecessary_wraps, reason = "as the real one")]
    pub(super) fn hand_calls_over(&self) -> Result<Waiting, Error> {
        Ok(Waiting)
    }

    pub(super) fn take_calls_back(&self, _: Waiting) {}
}
