//! Stands in for the calendar where the feature `cron` is off: there are no hooks that could ask it.

use crate::clock::{Mono, Now, Wall};
use crate::error::Error;
use crate::plan::Plan;

#[derive(Default)]
pub(crate) struct Calendar;

impl Calendar {
    #[allow(clippy::unnecessary_wraps, reason = "as the real one")]
    pub(crate) fn of(_: &Plan) -> Result<Self, Error> {
        Ok(Self)
    }

    pub(crate) fn next(&mut self, _: usize, _: Now) -> Option<Mono> {
        None
    }

    pub(crate) fn hand_over(&self) -> Vec<(String, Wall)> {
        Vec::new()
    }

    pub(crate) fn take_over(&mut self, _: Vec<(String, Wall)>) {}

    pub(crate) fn clock_set(&mut self, _: Now) -> Vec<(usize, Option<Mono>)> {
        Vec::new()
    }

    pub(crate) fn is_empty(&self) -> bool {
        true
    }
}
