//! What comes next while the daemon runs. One turn looks at everything that may be due, in order of importance.

use std::time::Duration;

use super::{Action, Engine, Iteration, Phase, Step, Stop};
use crate::clock::Mono;
use crate::context::Cause;
use crate::duration::Pretty;
use crate::error::Exit;
use crate::event::Event;
use crate::missed::Missed;
use crate::plan::Trigger;
use crate::stats::Count;

/// The locks are looked at before the first thing that runs after this long.
pub(crate) const LOCK_CHECK: Duration = Duration::from_secs(1);
/// The PID file is looked at before the first thing that runs after this long.
pub(crate) const PID_CHECK: Duration = Duration::from_secs(30);
/// The run-time variables are written at most this often, however many signals ask for them.
const DUMP_PAUSE: Duration = Duration::from_secs(1);

/// What is due first.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Due {
    Iteration,
    Timer(usize),
    Appointment(usize),
}

impl Engine {
    /// Queues what is due and says yes, or says how long to wait and says no.
    pub(super) fn turn(&mut self, now: Mono, out: &mut Vec<Action>) -> bool {
        if self.mode.once && self.iterations > 0 {
            let Stop { exit, reason } = self.failed.take().unwrap_or(Stop { exit: Exit::Clean, reason: None });
            self.decide_stop(exit, reason, out);
        }
        if self.stop.is_some() {
            self.begin_stop();
            return true;
        }
        if let Some(text) = self.errors.pop_front() {
            self.queue = self.error_steps(&text).into();
            return true;
        }
        let recovering = self.recovering(now, out);
        if self.turn_restart(now, out) {
            return true;
        }
        if self.locks_held > 0 && now.since(self.lock_checked) >= LOCK_CHECK {
            self.queue.extend((0..self.locks_held).map(Step::Renew));
            return true;
        }
        if self.pid_written && now.since(self.pid_checked) >= PID_CHECK {
            self.pid_checked = now;
            self.queue.push_back(Step::MendPid);
            return true;
        }
        if self.dump_wanted && self.dump_due().is_none_or(|due| due <= now) {
            self.dump_wanted = false;
            self.dumped = Some(now);
            out.push(Action::Dump);
        }
        if let Some(step) = self.priority_step() {
            self.queue.push_back(step);
            return true;
        }
        // After a fatal error nothing of the author's runs until the daemon has begun anew.
        if recovering {
            let dump = if self.dump_wanted { self.dump_due() } else { None };
            out.push(Action::Wait(self.recovery_due().into_iter().chain(self.trial_due()).chain(dump).min()));
            return false;
        }
        // Results and what is due take turns, so that neither holds up the other.
        let due = self.due(now);
        if self.hear_signal() || ((due.is_none() || !self.call_ran) && self.hear_call()) {
            return true;
        }
        self.call_ran = false;
        // Without an interval there is always an iteration due: its idle event goes before it.
        if self.grid.is_none() && self.take_idle() {
            return true;
        }
        match due {
            Some(Due::Iteration) => self.begin_iteration(now),
            Some(Due::Timer(index)) => self.begin_timer(now, index),
            Some(Due::Appointment(index)) => self.begin_appointment(index, out),
            None => return self.idle_or_wait(out),
        }
        true
    }

    /// Queues the hooks of one signal.
    pub(super) fn hear_signal(&mut self) -> bool {
        let Some(signal) = self.signals.pop_front() else {
            return false;
        };
        let step = |hook| Step::Hook { hook, cause: Cause::Signal(signal) };
        self.queue.extend(self.agenda.for_signal(signal).map(step));
        true
    }

    /// Queues a hook of a call that has ended.
    fn hear_call(&mut self) -> bool {
        let next = self.calls.pop_front();
        self.call_ran = next.is_some();
        self.queue.extend(next);
        self.call_ran
    }

    /// When the next dump may be written; `None`: at once.
    fn dump_due(&self) -> Option<Mono> {
        self.dumped.map(|at| at.plus(DUMP_PAUSE))
    }

    /// The first thing that is due at `now`: what was due earlier goes first. Without an interval an iteration is
    /// always due; so that neither side starves, it takes turns with the timers.
    fn due(&self, now: Mono) -> Option<Due> {
        let tick = match (self.agenda.executes, self.grid) {
            (false, _) => None,
            (true, Some(grid)) => Some((grid.due(), Due::Iteration)),
            (true, None) if self.timer_ran => return Some(Due::Iteration),
            (true, None) => Some((now, Due::Iteration)),
        };
        let timers = self.timers.iter().enumerate().map(|(index, timer)| (timer.grid.due(), Due::Timer(index)));
        let appointments = self.appointments.iter().enumerate();
        let appointments = appointments.filter_map(|(index, one)| Some((one.at?, Due::Appointment(index))));
        let (at, first) = timers.chain(appointments).chain(tick).min_by_key(|(at, _)| *at)?;
        (at <= now).then_some(first)
    }

    fn begin_iteration(&mut self, now: Mono) {
        let missed = self.plan.missed.value;
        let (due, missed) = match &mut self.grid {
            Some(grid) => {
                let slot = grid.begin(now, missed);
                (slot.due, slot.missed)
            }
            None => (now, 0),
        };
        self.move_iteration();
        self.timer_ran = false;
        self.last_due = due;
        let interval = self.grid.map(|_| self.interval);
        self.iteration = Some(Iteration { due, began: now, missed, interval });
        for hook in &self.agenda.iteration {
            let cause = match self.plan.hooks[*hook].trigger {
                Trigger::Event(event) => Cause::Event(event),
                _ => Cause::Tick,
            };
            self.queue.push_back(Step::Hook { hook: *hook, cause });
        }
    }

    fn begin_timer(&mut self, now: Mono, index: usize) {
        let timer = &mut self.timers[index];
        timer.grid.begin(now, Missed::skip());
        self.timer_ran = true;
        self.queue.push_back(Step::Hook { hook: timer.hook, cause: Cause::Every });
        self.move_timer(index);
    }

    /// Moves the next slot of the interval by a part of the jitter.
    fn move_iteration(&mut self) {
        // The interval may have been changed at run time to less than the jitter.
        let later = self.part_of(self.plan.jitter.value.min(self.interval));
        if let Some(grid) = &mut self.grid {
            grid.shift(later);
        }
    }

    /// Moves the next slot of a timer by a part of its jitter.
    pub(super) fn move_timer(&mut self, index: usize) {
        let most = self.plan.hooks[self.timers[index].hook].jitter.unwrap_or_default();
        let later = self.part_of(most);
        self.timers[index].grid.shift(later);
    }

    /// A part of a length of time, by chance. None is drawn where there is nothing to take it from.
    pub(super) fn part_of(&mut self, most: Duration) -> Duration {
        if most.is_zero() { Duration::ZERO } else { most.mul_f64(self.chance()) }
    }

    /// Counts the iteration, complains if it took too long, and deals with the slots it ran over.
    pub(super) fn end_iteration(&mut self, now: Mono, out: &mut Vec<Action>) {
        let Some(iteration) = self.iteration.take() else {
            return;
        };
        let took = now.since(iteration.began);
        let policy = self.plan.missed.value;
        let passed = self.grid.as_mut().map_or(0, |grid| grid.end(now, policy));
        // By the interval it began with: a hook may have changed it meanwhile.
        let overrun = iteration.interval.is_some_and(|interval| took >= interval);
        self.iterations += 1;
        self.idle_owed = !self.agenda.idle.is_empty() && self.idle_follows(now);
        let late = iteration.began.since(iteration.due);
        if let Some(interval) = iteration.interval {
            self.priority.began(late, interval);
        }
        out.push(Action::Count(Count::Iteration {
            late,
            took,
            idle: iteration.interval.map(|interval| interval.saturating_sub(took)),
            overrun,
            missed: iteration.missed + passed,
        }));
        if overrun {
            let (took, interval) = (Pretty(took), Pretty(iteration.interval.unwrap_or_default()));
            let skipped = if passed > 0 { format!(", slots left out: {passed}") } else { String::new() };
            self.report(format!("iteration took {took}, the interval is {interval}{skipped}"), out);
        }
    }

    /// With an interval: when time is left in it. Without: by chance.
    fn idle_follows(&mut self, now: Mono) -> bool {
        match self.grid {
            Some(grid) => grid.due() > now,
            None => self.chance() < self.plan.idle.value,
        }
    }

    /// A number from 0 up to 1, the next of a sequence that the seed decides (xorshift64*).
    pub(super) fn chance(&mut self) -> f64 {
        self.random ^= self.random >> 12;
        self.random ^= self.random << 25;
        self.random ^= self.random >> 27;
        let bits = self.random.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11;
        #[allow(clippy::cast_precision_loss, reason = "53 bits fit a f64")]
        let fraction = bits as f64 / (1u64 << 53) as f64;
        fraction
    }

    fn idle_or_wait(&mut self, out: &mut Vec<Action>) -> bool {
        debug_assert_eq!(self.phase, Phase::Running, "only a running daemon waits");
        if self.take_idle() {
            return true;
        }
        let tick = self.agenda.executes.then_some(self.grid).flatten().map(|grid| grid.due());
        let timers = self.timers.iter().map(|timer| timer.grid.due());
        let appointments = self.appointments.iter().filter_map(|one| one.at);
        let timers = timers.chain(appointments);
        let dump = if self.dump_wanted { self.dump_due() } else { None };
        out.push(Action::Wait(timers.chain(tick).chain(dump).chain(self.trial_due()).chain(self.restart_due()).min()));
        false
    }

    /// Queues the idle hooks once an iteration.
    fn take_idle(&mut self) -> bool {
        if !std::mem::take(&mut self.idle_owed) {
            return false;
        }
        let step = |hook: &usize| Step::Hook { hook: *hook, cause: Cause::Event(Event::idle()) };
        self.queue.extend(self.agenda.idle.iter().map(step));
        true
    }
}
