//! How a daemon starts and stops: two lists of stages, and what a failure in either means.
//!
//! Start: environment → locks → log → priority → PID file → plugins → setup → `init`; with a user declared the environment comes
//! behind the PID file and that user, so that no code of the author's runs as the user before. Stop: errors still to tell → `shutdown` → state dropped
//! → plugins in reverse → PID file → locks in reverse. Only what was reached is undone; the lock is always given back last.

use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use log::Level;

use super::{Action, Engine, Phase, Step, Stop, Timer};
use crate::clock::Mono;
use crate::context::Cause;
use crate::error::{Error, Exit};
use crate::event::Event;
use crate::on_error::{OnError, Policy};
use crate::plan::Trigger;
use crate::schedule::Grid;

impl Engine {
    pub(super) fn begin_start(&mut self, now: Mono) {
        self.phase = Phase::Starting;
        self.limits.starting(self.mode.began);
        self.lock_checked = now;
        self.pid_checked = now;
        if !self.mode.becomes {
            self.queue.push_back(Step::CheckEnvironment);
        }
        self.queue.extend((0..self.mode.locks).map(Step::Acquire));
        self.queue.push_back(Step::OpenLog);
        // Behind the log, which is told of it, and before any thread of a plugin, which inherits it.
        self.queue.extend(self.priority_step());
        if self.mode.pid_file {
            self.queue.push_back(Step::WritePid);
        }
        if self.mode.becomes {
            self.queue.extend([Step::DropPrivileges, Step::OpenLog, Step::CheckEnvironment]);
        }
        self.queue_start();
    }

    /// The stages from plugins on, which a failed exec runs once more.
    pub(super) fn queue_start(&mut self) {
        self.queue.extend((0..self.plan.plugins).map(Step::PluginSetup));
        self.queue.push_back(Step::Setup);
        let init = |hook: &usize| Step::Hook { hook: *hook, cause: Cause::Event(Event::init()) };
        self.queue.extend(self.agenda.init.iter().map(init));
    }

    /// All stages of the start are done, or a stop cut them short.
    pub(super) fn started(&mut self, now: Mono, out: &mut Vec<Action>) -> bool {
        if self.stop.is_some() {
            self.begin_stop();
            return true;
        }
        self.phase = Phase::Running;
        self.limits.started();
        self.started = now;
        self.plan_restart(now);
        self.last_due = now;
        self.grid = self.first_grid(now);
        self.timers = self.first_timers(now);
        (0..self.timers.len()).for_each(|index| self.move_timer(index));
        self.ask_appointments(out);
        out.push(Action::Ready);
        true
    }

    /// After a restart in place the old grid goes on, unless the interval is another now.
    fn first_grid(&mut self, now: Mono) -> Option<Grid> {
        if self.interval.is_zero() {
            return None;
        }
        // The first iteration of all comes at once, and is not moved; one that is left from before the restart is.
        let Some(mut kept) = self.mode.grid.take().filter(|grid| grid.step() == self.interval) else {
            return Some(Grid::from(now, self.interval));
        };
        kept.shift(self.part_of(self.plan.jitter.value));
        Some(kept)
    }

    /// After a restart in place the old grids go on, or a timer that is slower than the restarts would never fire. Which is
    /// whose is told by the period, and by the order where several have the same.
    fn first_timers(&mut self, now: Mono) -> Vec<Timer> {
        let mut kept = std::mem::take(&mut self.mode.timers);
        let mut grid = |period: Duration| match kept.iter().position(|grid| grid.step() == period) {
            Some(at) => kept.remove(at),
            None => Grid::after(now, period),
        };
        let hooks = self.plan.hooks.iter().enumerate();
        hooks
            .filter_map(|(hook, row)| match row.trigger {
                Trigger::Every(period) => Some(Timer { hook, grid: grid(period) }),
                _ => None,
            })
            .collect()
    }

    /// Decides that the daemon stops. The first reason wins, but a failure outweighs a clean end.
    pub(super) fn decide_stop(&mut self, exit: Exit, reason: Option<String>, out: &mut Vec<Action>) {
        match &mut self.stop {
            Some(stop) if stop.exit == Exit::Clean => *stop = Stop { exit, reason },
            Some(_) => {}
            None => {
                self.stop = Some(Stop { exit, reason });
                self.limits.let_go();
                out.push(Action::Stopping);
            }
        }
        // A start goes no further than the stage it is in; a stop that is under way is not cut short.
        if self.phase == Phase::Starting {
            self.queue.clear();
        }
    }

    /// Something failed for good: says so, and does what is declared for that.
    pub(super) fn fail(&mut self, now: Mono, what: &str, error: &Error, policy: OnError, out: &mut Vec<Action>) {
        let text = if what.is_empty() { error.to_string() } else { format!("{what} failed: {error}") };
        self.report(text.clone(), out);
        if self.iteration.is_some() {
            self.queue.clear();
            self.end_iteration(now, out);
        }
        self.end_by(now, policy, error.exit(), text, out);
    }

    /// Begins anew or stops, as the policy says.
    pub(super) fn end_by(&mut self, now: Mono, policy: OnError, exit: Exit, reason: String, out: &mut Vec<Action>) {
        // Letting go for a restart is not the time to end: it was told, and the new image begins afresh.
        if self.phase == Phase::Restarting {
            return;
        }
        match policy.0 {
            Policy::Restart => self.recover_or_stop(now, exit, reason, out),
            _ => self.decide_stop(exit, Some(reason), out),
        }
    }

    /// Logs an error and remembers to fire its event.
    pub(super) fn report(&mut self, text: String, out: &mut Vec<Action>) {
        // An error hook that reports an error must not call itself.
        let telling = matches!(&self.running, Some((Step::Hook { cause: Cause::Error(_), .. }, _)));
        if self.born && !telling && !self.agenda.error.is_empty() {
            let text: Rc<str> = Rc::from(text.as_str());
            match self.phase {
                // The stages are queued already, and after them nobody is left to tell.
                Phase::Stopping | Phase::Restarting => {
                    self.error_steps(&text).into_iter().rev().for_each(|step| self.queue.push_front(step));
                }
                _ => self.errors.push_back(text),
            }
        }
        out.push(Action::Log(Level::Error, text));
    }

    /// The steps that tell the error hooks about one error.
    pub(super) fn error_steps(&self, text: &Rc<str>) -> Vec<Step> {
        let step = |hook: &usize| Step::Hook { hook: *hook, cause: Cause::Error(Rc::clone(text)) };
        self.agenda.error.iter().map(step).collect()
    }

    /// What the author's hooks are still to hear before the state goes: signals, the one that stops among them, and
    /// errors.
    pub(super) fn last_words(&mut self) -> Vec<Step> {
        let mut steps = Vec::new();
        while self.hear_signal() {
            steps.extend(self.queue.drain(..));
        }
        steps.extend(std::mem::take(&mut self.calls));
        for text in std::mem::take(&mut self.errors) {
            steps.extend(self.error_steps(&text));
        }
        steps
    }

    pub(super) fn begin_stop(&mut self) {
        self.phase = Phase::Stopping;
        let mut stages = VecDeque::new();
        if self.mode.workers {
            stages.push_back(Step::Drain { for_good: true });
        }
        if self.born {
            stages.extend(self.last_words());
            let shutdown = |hook: &usize| Step::Hook { hook: *hook, cause: Cause::Event(Event::shutdown()) };
            stages.extend(self.agenda.shutdown.iter().map(shutdown));
            stages.push_back(Step::Drop);
        }
        stages.extend((0..self.plugins_set_up).rev().map(Step::PluginTeardown));
        if self.pid_written {
            stages.push_back(Step::RemovePid);
        }
        stages.extend((0..self.locks_held).rev().map(Step::Release));
        self.queue = stages;
    }

    /// All stages of the stop are done.
    pub(super) fn stopped(&mut self, out: &mut Vec<Action>) -> bool {
        self.phase = Phase::Ended;
        let stop = self.stop.take().unwrap_or(Stop { exit: Exit::Clean, reason: None });
        out.push(Action::Exit(stop.exit, stop.reason));
        false
    }
}
