//! Which process priority is wanted: as declared, by the interval, and a step more while iterations keep being late.
//! Decides only; what it decides is a step like any other.

use std::time::Duration;

use log::Level;

use super::{Action, Engine, Step};
use crate::error::Error;
use crate::nice::{Kind, Nice};

/// An iteration is late by more than this part of its interval …
const LATE_PART: u32 = 10;
/// … and at least this much.
const LATE: Duration = Duration::from_millis(1);
/// So many late ones in a row ask for a step more.
const TOO_LATE: u32 = 10;
/// So many punctual ones in a row give a step back.
const PUNCTUAL: u32 = 100;
/// Lateness never asks for more than this.
const HIGHEST: i32 = -10;

/// What is wanted, and what is known of the process.
pub(super) struct Priority {
    wanted: Nice,
    /// As it is now.
    niceness: i32,
    /// Steps beyond what the interval asks for.
    more: i32,
    late: u32,
    punctual: u32,
    /// It is not allowed here: nothing more is tried.
    refused: bool,
}

impl Priority {
    pub(super) const fn new(wanted: Nice, niceness: i32) -> Self {
        Self { wanted, niceness, more: 0, late: 0, punctual: 0, refused: false }
    }

    /// What the process should be set to now, if that is another priority than it has.
    fn change(&self, interval: Duration) -> Option<i32> {
        let target = match self.wanted.0 {
            Kind::Untouched => return None,
            Kind::Fixed(niceness) => niceness,
            Kind::Auto => Nice::of_interval(interval) - self.more,
        };
        (target != self.niceness && !self.refused).then_some(target)
    }

    /// An iteration of an interval began so late.
    pub(super) fn began(&mut self, late: Duration, interval: Duration) {
        if self.wanted.0 != Kind::Auto {
            return;
        }
        if late >= LATE && late > interval / LATE_PART {
            self.punctual = 0;
            self.late += 1;
            if self.late >= TOO_LATE && Nice::of_interval(interval) - self.more > HIGHEST {
                self.more += 1;
                self.late = 0;
            }
        } else {
            self.late = 0;
            self.punctual += 1;
            if self.punctual >= PUNCTUAL && self.more > 0 {
                self.more -= 1;
                self.punctual = 0;
            }
        }
    }

    /// The interval is another now: what was late before says nothing about it.
    pub(super) fn begin_anew(&mut self) {
        (self.more, self.late, self.punctual) = (0, 0, 0);
    }
}

impl Engine {
    /// The step that sets another priority, if one is wanted.
    pub(super) fn priority_step(&self) -> Option<Step> {
        self.priority.change(self.interval).map(Step::Nice)
    }

    pub(super) fn on_niceness(&mut self, niceness: i32, outcome: Result<(), Error>, out: &mut Vec<Action>) {
        match outcome {
            Ok(()) => {
                self.priority.niceness = niceness;
                out.push(Action::Log(Level::Info, format!("adjusting process priority to {niceness}")));
            }
            Err(error) => {
                self.priority.refused = true;
                let text = format!("can not adjust the process priority to {niceness}: {error}");
                let advice = "give the program CAP_SYS_NICE, or leave out nice; it is not tried again";
                out.push(Action::Log(Level::Warn, format!("{text}: {advice}")));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn late(priority: &mut Priority, times: u32, late: Duration, interval: Duration) {
        (0..times).for_each(|_| priority.began(late, interval));
    }

    #[test]
    fn lateness_asks_for_more_and_punctuality_gives_it_back() {
        let mut priority = Priority::new(Nice::auto(), -3);
        assert_eq!(priority.change(SECOND), None);
        let (much, little) = (Duration::from_millis(101), Duration::from_millis(100));
        late(&mut priority, 9, much, SECOND);
        late(&mut priority, 1, little, SECOND);
        late(&mut priority, 9, much, SECOND);
        assert_eq!(priority.change(SECOND), None, "not in a row");
        late(&mut priority, 1, much, SECOND);
        assert_eq!(priority.change(SECOND), Some(-4));
        late(&mut priority, 1_000, much, SECOND);
        assert_eq!(priority.change(SECOND), Some(-10), "and no more");
        late(&mut priority, 99, little, SECOND);
        assert_eq!(priority.change(SECOND), Some(-10));
        late(&mut priority, 1, little, SECOND);
        assert_eq!(priority.change(SECOND), Some(-9));
        late(&mut priority, 10_000, little, SECOND);
        assert_eq!(priority.change(SECOND), None, "as the interval asks, and no less");
    }

    /// A tenth of a millisecond is a tenth of the shortest intervals, and nothing that a priority could better.
    #[test]
    fn below_a_millisecond_nothing_is_late() {
        let (short, mut priority) = (Duration::from_millis(1), Priority::new(Nice::auto(), -5));
        late(&mut priority, 100, Duration::from_micros(999), short);
        assert_eq!(priority.change(short), None);
        late(&mut priority, 10, Duration::from_millis(1), short);
        assert_eq!(priority.change(short), Some(-6));
    }

    #[test]
    fn only_auto_looks_at_lateness_and_only_what_is_declared_is_touched() {
        for (wanted, change) in [(Nice::untouched(), None), (Nice::from(7), Some(7)), (Nice::from(0), None)] {
            let mut priority = Priority::new(wanted, 0);
            late(&mut priority, 100, SECOND, SECOND);
            assert_eq!(priority.change(SECOND), change);
        }
    }
}
