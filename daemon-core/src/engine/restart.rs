//! Restarting in place: a trial start of the new program while ticks go on, then the daemon's state is let go, and the
//! process becomes the new program. The locks are kept throughout.
//!
//! asked → trial (`Action::Preflight` … `Input::Preflight`) → `shutdown` → state packed and dropped → plugins in reverse → exec.

use std::time::Duration;

use log::Level;

use super::{Action, Engine, HangUp, Phase, Step};
use crate::clock::Mono;
use crate::context::Cause;
use crate::error::Error;
use crate::event::Event;

/// A trial start that takes longer is ended, and counts as failed.
const TRIAL: Duration = Duration::from_secs(60);
/// A restart by interval that did not succeed is tried again after this long.
const AGAIN: Duration = Duration::from_secs(600);

/// The cause of a restart by signal.
pub(super) const HANG_UP: &str = "SIGHUP";

/// Why a state is not handed over.
const PANICKED: &str = "a hook has panicked, so it may be half done";

fn not_handed_over(why: &str) -> Action {
    Action::Log(Level::Warn, format!("the state is not handed over: {why}"))
}

/// How far a restart has come.
#[derive(Debug, Default)]
pub(super) struct Restart {
    /// Somebody wants one, and it has not begun yet.
    asked: Option<&'static str>,
    /// A trial start is running since then, for this cause.
    trial: Option<(Mono, &'static str)>,
    /// The trial has succeeded.
    ready: bool,
    /// Why the image is being replaced.
    pub(super) cause: &'static str,
    /// When the declared interval of restarts is over.
    due: Option<Mono>,
}

impl Restart {
    /// A hang-up asked for a restart that has not begun.
    pub(super) fn wanted_by_signal(&self) -> bool {
        self.asked == Some(HANG_UP)
    }
}

impl Engine {
    pub(super) fn ask_restart(&mut self, cause: &'static str, out: &mut Vec<Action>) {
        if self.stop.is_some() {
            out.push(Action::Log(Level::Info, format!("{cause}: no restart, the daemon is stopping")));
            return;
        }
        out.push(Action::Log(Level::Info, format!("{cause}: restarting, trying the program first")));
        self.restart.asked = Some(cause);
    }

    /// Plans the next restart of a daemon that has just started.
    pub(super) fn plan_restart(&mut self, now: Mono) {
        let (every, jitter) = (self.plan.restart.value, self.plan.restart_jitter.value);
        if every.is_zero() || self.mode.hang_up != HangUp::Restart {
            return;
        }
        let later = jitter.mul_f64(self.chance());
        self.restart.due = Some(now.plus(every).plus(later));
    }

    /// When the interval of restarts is over.
    pub(super) fn restart_due(&self) -> Option<Mono> {
        self.restart.due
    }

    /// Begins a trial that was asked for, and a restart whose trial succeeded. Says whether steps were queued.
    pub(super) fn turn_restart(&mut self, now: Mono, out: &mut Vec<Action>) -> bool {
        if self.restart.due.is_some_and(|due| due <= now) {
            // If nothing comes of it, it is tried again later.
            self.restart.due = Some(now.plus(AGAIN));
            self.ask_restart("restart interval", out);
        }
        if self.restart.ready && self.restart.asked.is_none() {
            self.begin_restart(out);
            return true;
        }
        match (self.restart.trial, self.restart.asked) {
            // Asked again meanwhile: the file tried may not be the one that was meant, so it is tried again.
            (None, Some(cause)) => {
                self.restart.asked = None;
                self.restart.ready = false;
                self.restart.trial = Some((now, cause));
                out.push(Action::Preflight);
            }
            (Some((since, cause)), _) if now.since(since) >= TRIAL => {
                self.restart.trial = Some((now, cause));
                out.push(Action::KillPreflight);
            }
            _ => {}
        }
        false
    }

    /// When a running trial has had its time.
    pub(super) fn trial_due(&self) -> Option<Mono> {
        self.restart.trial.map(|(since, _)| since.plus(TRIAL))
    }

    pub(super) fn on_preflight(&mut self, outcome: Result<(), String>, out: &mut Vec<Action>) {
        let Some((_, cause)) = self.restart.trial.take() else {
            return;
        };
        match outcome {
            Ok(()) => {
                self.restart.ready = true;
                self.restart.cause = cause;
            }
            Err(why) if self.recovery.is_some() => {
                self.report(format!("no restart: the program does not start: {why}"), out);
                self.give_up_recovery(out);
            }
            Err(why) => self.report(format!("no restart, going on as before: the program does not start: {why}"), out),
        }
    }

    fn begin_restart(&mut self, out: &mut Vec<Action>) {
        self.phase = Phase::Restarting;
        self.limits.let_go();
        if self.mode.workers {
            self.queue.push_back(Step::Drain { for_good: false });
        }
        let last_words = self.last_words();
        self.queue.extend(last_words);
        let shutdown = |hook: &usize| Step::Hook { hook: *hook, cause: Cause::Event(Event::shutdown()) };
        self.queue.extend(self.agenda.shutdown.iter().map(shutdown));
        if self.plan.handover {
            match self.doubts() {
                None => self.queue.push_back(Step::Keep),
                Some(why) => out.push(not_handed_over(why)),
            }
        }
        self.queue.push_back(Step::Drop);
        self.queue.extend((0..self.plugins_set_up).rev().map(Step::PluginTeardown));
    }

    /// Why the next image must not go on with this state, if it must not.
    fn doubts(&self) -> Option<&'static str> {
        match (&self.recovery, self.panicked) {
            (Some(_), _) => Some("after a fatal error it may be the cause"),
            (None, true) => Some(PANICKED),
            (None, false) => None,
        }
    }

    /// A hook has panicked in the middle of the state; perhaps one of the last, while the restart is on its way.
    pub(super) fn on_panic(&mut self, out: &mut Vec<Action>) {
        self.panicked = true;
        if let Some(at) = self.queue.iter().position(|step| *step == Step::Keep) {
            self.queue.remove(at);
            out.push(not_handed_over(PANICKED));
        }
    }

    /// Everything is let go but the locks. A stop that came meanwhile wins.
    pub(super) fn let_go(&mut self) -> bool {
        self.plugins_set_up = 0;
        if self.stop.is_some() {
            self.begin_stop();
        } else {
            self.queue.push_back(Step::Exec);
        }
        true
    }

    /// The process could not become the new program: this image makes a new daemon of itself.
    pub(super) fn on_exec_failed(&mut self, error: &Error, out: &mut Vec<Action>) {
        self.report(format!("can not become the new program, going on with this one: {error}"), out);
        self.restart = Restart::default();
        self.recovery = None;
        self.panicked = false;
        // The old grids go on, as they would have in the new image.
        self.mode.grid = self.grid;
        self.mode.timers = self.timers().collect();
        self.phase = Phase::Starting;
        self.limits.starting_again();
        self.queue.push_back(Step::Remake);
        self.queue_start();
    }
}
