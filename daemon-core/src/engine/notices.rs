//! What an init system is told, and when: the stages of life, now and then how it goes, and that the loop is alive.
//!
//! Looks on from beside: it compares the stage with the one told last, and reads what the engine has just decided. It
//! changes nothing of that, except that a wait may end earlier. That the loop is alive is told by the loop itself,
//! between its steps and while it waits; never while a step runs, so a hook that hangs is found out.

use std::time::Duration;

use super::{Action, Engine, Input, Mode, Phase};
use crate::clock::{Mono, nanos};
use crate::duration::Pretty;
use crate::plan::{Origin, Plan};
use crate::signal::Signal;
use crate::stats::Count;

/// The status is told at most this often.
const STATUS_PAUSE: Duration = Duration::from_secs(5);
/// When the init system took no more, it is tried again after this long.
const RETRY: Duration = Duration::from_millis(200);
/// More often than this nobody needs to hear that we are alive.
const SHORTEST_BEAT: Duration = Duration::from_millis(1);

/// What an init system wants to hear, if there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Supervision {
    /// How often it shall hear that the loop is alive.
    beat: Option<Duration>,
}

impl Supervision {
    /// It takes us for dead if it hears nothing for as long as `watchdog`: it is told in half of that time.
    pub(crate) fn new(watchdog: Option<Duration>) -> Self {
        Self { beat: watchdog.map(|within| (within / 2).max(SHORTEST_BEAT)) }
    }
}

/// One thing to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    /// The start is complete: the first one, or one after a restart in place.
    Ready { again: bool },
    /// A restart in place has begun.
    Reloading(Mono),
    /// The daemon stops for good, for this reason.
    Stopping(String),
    /// How it goes.
    Status(String),
    /// The loop is alive.
    Alive,
    /// The start or the stop that begins may take this long.
    Takes(Duration),
    /// What could not be told before.
    Again,
}

/// What has been told so far, and what is to be told next.
pub(super) struct Notices {
    told: Phase,
    beat: Option<Duration>,
    beat_due: Mono,
    /// The init system counts the time since it heard from us last: it does so after the first `Ready`, and is still at
    /// it when a later image starts. Before, a sign of life would only make it impatient with a long start.
    watched: bool,
    again: bool,
    stop_signal: Option<Signal>,
    status_told: Mono,
    /// Iterations, or hooks where there are none, and how long the last one took.
    ran: u64,
    ran_told: u64,
    took: Duration,
    retry: Option<Mono>,
}

impl Notices {
    pub(super) fn of(mode: &Mode) -> Option<Self> {
        let Supervision { beat } = mode.supervision.clone()?;
        let again = mode.again;
        Some(Self {
            told: Phase::New,
            beat,
            beat_due: Mono::default(),
            watched: again,
            again,
            stop_signal: None,
            status_told: Mono::default(),
            ran: 0,
            ran_told: 0,
            took: Duration::ZERO,
            retry: None,
        })
    }

    /// Counts what ran, as it was just reported to the statistics.
    fn count(&mut self, executes: bool, out: &[Action]) {
        for action in out {
            let took = match action {
                Action::Count(Count::Iteration { took, .. }) => *took,
                Action::Count(Count::Hook { took }) if !executes => *took,
                _ => continue,
            };
            self.ran += 1;
            self.took = took;
        }
    }

    /// What the stage that was reached is to the init system, if it has not been told yet.
    fn stage(&mut self, now: Mono, phase: Phase, reason: impl FnOnce() -> Option<String>) -> Option<Notice> {
        let notice = match (self.told, phase) {
            (told, phase) if told == phase => None,
            (_, Phase::Running) => Some(Notice::Ready { again: std::mem::replace(&mut self.again, true) }),
            (_, Phase::Restarting) => Some(Notice::Reloading(now)),
            (Phase::Stopping, Phase::Ended) => None,
            (_, Phase::Stopping | Phase::Ended) => {
                let signal = || self.stop_signal.map(|signal| signal.to_string());
                Some(Notice::Stopping(reason().or_else(signal).unwrap_or_default()))
            }
            _ => None,
        };
        self.told = phase;
        if notice.is_some() {
            self.watched = true;
            self.status_told = now;
        }
        notice
    }

    /// How it goes, if something ran since that was told last. Best told before a wait, when what is due has run; a loop
    /// that never waits tells it all the same.
    fn status(&mut self, now: Mono, executes: bool, waits: bool) -> Option<Notice> {
        let due = self.told == Phase::Running && self.ran != self.ran_told;
        let pause = if waits { STATUS_PAUSE } else { STATUS_PAUSE * 2 };
        if !due || now.since(self.status_told) < pause {
            return None;
        }
        self.status_told = now;
        self.ran_told = self.ran;
        let what = match (executes, self.ran) {
            (true, 1) => "iteration",
            (true, _) => "iterations",
            (false, 1) => "event",
            (false, _) => "events",
        };
        Some(Notice::Status(format!("{} {what}, last {}", grouped(self.ran), Pretty(rough(self.took)))))
    }

    /// That the loop is alive, if it is time for that.
    fn alive(&mut self, now: Mono) -> Option<Notice> {
        let beat = self.beat.filter(|_| self.watched && self.beat_due <= now)?;
        self.beat_due = now.plus(beat);
        Some(Notice::Alive)
    }

    fn retry(&mut self, now: Mono) -> Option<Notice> {
        self.retry.take_if(|at| *at <= now).map(|_| Notice::Again)
    }

    /// When there is something to tell that nothing else wakes us for.
    fn due(&self) -> Option<Mono> {
        let beat = self.beat.filter(|_| self.watched).map(|_| self.beat_due);
        beat.into_iter().chain(self.retry).min()
    }
}

/// What must be known of the engine as it was before a step.
pub(super) struct Before {
    /// What is in `out` already.
    actions: usize,
    /// A signal came, and no stop was decided.
    signal: Option<Signal>,
}

impl Engine {
    pub(super) fn before_step(&self, input: &Input, actions: usize) -> Before {
        let signal = match input {
            Input::Signal(signal) if self.stop.is_none() => Some(*signal),
            _ => None,
        };
        Before { actions, signal }
    }

    /// Puts what is to be told now before the action that brings the next input.
    pub(super) fn tell(&mut self, now: Mono, before: &Before, out: &mut Vec<Action>) {
        let Some(notices) = &mut self.notices else { return };
        let executes = self.agenda.executes;
        notices.count(executes, &out[before.actions..]);
        if self.stop.is_some() && before.signal.is_some() {
            notices.stop_signal = before.signal;
        }
        // Anything else at the end means that a step is running: then nothing is told.
        let Some(mut last) = out.pop_if(|last| matches!(last, Action::Run(_) | Action::Wait(_) | Action::Exit(..)))
        else {
            return;
        };
        let reason = || match (&last, &self.stop) {
            (Action::Exit(_, reason), _) => reason.clone(),
            (_, stop) => stop.as_ref()?.reason.clone(),
        };
        let longer = if notices.told == self.phase { None } else { takes(&self.plan, self.phase) };
        let told = [notices.stage(now, self.phase, reason), longer, notices.retry(now), notices.alive(now)];
        let status = notices.status(now, executes, matches!(last, Action::Wait(_)));
        out.extend(told.into_iter().chain([status]).flatten().map(Action::Tell));
        if let Action::Wait(until) = &mut last {
            *until = notices.due().into_iter().chain(*until).min();
        }
        out.push(last);
    }

    /// The init system takes no more at the moment.
    pub(super) fn on_untold(&mut self, now: Mono) {
        if let Some(notices) = &mut self.notices {
            notices.retry = Some(now.plus(RETRY));
        }
    }
}

/// How long the stage that begins may take, if that was said: then an init system with a shorter patience has to wait. What
/// is a default of ours is no reason to overrule its administrator.
fn takes(plan: &Plan, phase: Phase) -> Option<Notice> {
    let limit = match phase {
        Phase::Starting => &plan.start_timeout,
        Phase::Restarting | Phase::Stopping => &plan.stop_timeout,
        Phase::New | Phase::Running | Phase::Ended => return None,
    };
    let said = limit.origin != Origin::Default && !limit.value.is_zero();
    said.then_some(Notice::Takes(limit.value))
}

/// `1234567` as `1,234,567`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Two digits are enough in a line of status.
fn rough(duration: Duration) -> Duration {
    let nanos = nanos(duration);
    let unit = 10_u64.pow(nanos.checked_ilog10().unwrap_or(0).saturating_sub(1));
    Duration::from_nanos(nanos - nanos % unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_for_a_glance() {
        let shown = [0, 7, 999, 1_000, 12_345, 1_234_567].map(grouped);
        assert_eq!(shown, ["0", "7", "999", "1,000", "12,345", "1,234,567"]);
        let nanos = [0, 9, 1_999, 2_137_654, 12_999_999_999];
        let shown = nanos.map(|nanos| Pretty(rough(Duration::from_nanos(nanos))).to_string());
        assert_eq!(shown, ["0s", "9ns", "1.9us", "2.1ms", "12s"]);
    }
}
