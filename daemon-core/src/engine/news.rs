//! What happened, and what it changes: signals, asks, results of steps, answers about locks.

use std::rc::Rc;
use std::time::Duration;

use log::Level;

use super::restart::HANG_UP;
use super::{Action, Engine, HangUp, Phase, Reply, Step, Stop};
use crate::clock::Mono;
use crate::context::{Ask, Cause};
use crate::duration::Pretty;
use crate::error::{Error, Exit};
use crate::event::Event;
use crate::lock::{Acquired, Renewal};
use crate::on_error::OnError;
use crate::plan::Trigger;
use crate::schedule::{Grid, LONGEST_INTERVAL, SHORTEST_INTERVAL};
use crate::signal::Signal;
use crate::stats::Count;

impl Engine {
    /// Signals are flags: several that arrive before their hooks run count as one. None of them moves the schedule.
    pub(super) fn on_signal(&mut self, signal: Signal, out: &mut Vec<Action>) {
        match signal {
            Signal::TERM | Signal::INT => self.on_stop_signal(signal, out),
            Signal::HUP => self.on_hang_up(out),
            Signal::USR1 => self.dump_wanted = true,
            _ => {}
        }
        let heard = self.agenda.for_signal(signal).next().is_some();
        if heard && !self.signals.contains(&signal) {
            self.signals.push_back(signal);
        }
    }

    fn on_stop_signal(&mut self, signal: Signal, out: &mut Vec<Action>) {
        let text = match (self.phase, &self.stop) {
            (Phase::Ended, _) => return,
            (Phase::New | Phase::Starting, None) => format!("{signal}: giving up the start"),
            (_, None) => format!("{signal}: stopping"),
            (_, Some(_)) => format!("{signal} again: not waiting any longer"),
        };
        out.push(Action::Log(Level::Info, text));
        self.decide_stop(Exit::Clean, None, out);
    }

    fn on_hang_up(&mut self, out: &mut Vec<Action>) {
        match self.mode.hang_up {
            HangUp::Restart => self.ask_restart(HANG_UP, out),
            HangUp::Stop => {
                out.push(Action::Log(Level::Info, "SIGHUP: the terminal is gone, stopping".into()));
                self.decide_stop(Exit::Clean, None, out);
            }
            HangUp::Ignore => {
                let text = "SIGHUP: not started from a terminal, going on";
                out.push(Action::Log(Level::Info, text.into()));
            }
        }
    }

    pub(super) fn on_ask(&mut self, now: Mono, ask: Ask, out: &mut Vec<Action>) {
        match ask {
            Ask::Stop => self.decide_stop(Exit::Clean, None, out),
            Ask::Fail(error) => self.fail(now, "", &error, self.plan.on_error.value, out),
            Ask::Error(text) => self.report(text, out),
            Ask::SetInterval(interval) => self.set_interval(now, interval, out),
        }
    }

    fn set_interval(&mut self, now: Mono, interval: Duration, out: &mut Vec<Action>) {
        let fits = interval.is_zero() || (SHORTEST_INTERVAL..=LONGEST_INTERVAL).contains(&interval);
        if !fits {
            let shown = Pretty(interval);
            return self.report(format!("interval {shown} refused: it must be 0 or from 100us to 100 years"), out);
        }
        self.interval = interval;
        self.priority.begin_anew();
        self.fit_deadline();
        self.grid = (!interval.is_zero()).then(|| {
            let grid = Grid::after(self.last_due, interval);
            // One interval after the last slot may be long past: then it is due now, and nothing was missed.
            if grid.due() < now { Grid::from(now, interval) } else { grid }
        });
        out.push(Action::Interval(interval));
        out.push(Action::Log(Level::Info, format!("interval is now {}", Pretty(interval))));
    }

    /// A step has ended.
    pub(super) fn on_done(&mut self, now: Mono, outcome: Result<(), Error>, out: &mut Vec<Action>) {
        let Some((step, began)) = self.running.take() else {
            return;
        };
        match (step, outcome) {
            (Step::Hook { hook, .. }, outcome) => self.on_hook_done(now, hook, now.since(began), outcome, out),
            (Step::PluginSetup(index), Ok(())) => self.plugins_set_up = index + 1,
            (Step::Setup, Ok(())) => self.born = true,
            (Step::WritePid, Ok(())) => self.pid_written = true,
            (Step::Nice(niceness), outcome) => self.on_niceness(niceness, outcome, out),
            (Step::MendPid, Err(error)) => out.push(Action::Log(Level::Warn, error.to_string())),
            (Step::Keep, Err(error)) => self.report(format!("the state is not handed over: {error}"), out),
            (Step::Drop, outcome) => {
                self.born = false;
                self.on_stage_done(now, "dropping the daemon's state", outcome, out);
            }
            (Step::PluginTeardown(_), outcome) => self.on_stage_done(now, "teardown of a plugin", outcome, out),
            (Step::PluginSetup(_), Err(error)) => self.fail(now, "setup of a plugin", &error, OnError::stop(), out),
            (Step::Setup, Err(error)) => self.fail(now, "setup", &error, OnError::stop(), out),
            (Step::Exec, Err(error)) => self.on_exec_failed(&error, out),
            (_, Err(error)) => self.fail(now, "", &error, OnError::stop(), out),
            (_, Ok(())) => {}
        }
    }

    /// A stage of the stop: the others go on whatever comes of it.
    fn on_stage_done(&mut self, now: Mono, what: &str, outcome: Result<(), Error>, out: &mut Vec<Action>) {
        if let Err(error) = outcome {
            self.fail(now, what, &error, OnError::stop(), out);
        }
    }

    fn on_hook_done(
        &mut self,
        now: Mono,
        hook: usize,
        took: Duration,
        outcome: Result<(), Error>,
        out: &mut Vec<Action>,
    ) {
        if self.iteration.is_none() {
            out.push(Action::Count(Count::Hook { took }));
        }
        // It was not cut: the kernel had no timer for us, or it ended at the very last moment.
        let overdue = self.deadline_of(hook).filter(|deadline| took > *deadline);
        // Nothing to tell: the usual case, and on the path of every tick.
        if outcome.is_ok() && overdue.is_none() {
            return;
        }
        self.on_hook_trouble(now, hook, took, overdue, outcome, out);
    }

    #[cold]
    fn on_hook_trouble(
        &mut self,
        now: Mono,
        hook: usize,
        took: Duration,
        overdue: Option<Duration>,
        outcome: Result<(), Error>,
        out: &mut Vec<Action>,
    ) {
        let row = &self.plan.hooks[hook];
        // An error hook that fails is told to the log alone: it must not call itself.
        let tells_errors = row.trigger == Trigger::Event(Event::error());
        let (name, on_error) = (row.to_string(), row.on_error.unwrap_or(self.plan.on_error.value));
        if let Some(deadline) = overdue {
            let text = format!("{name} took {}, its deadline is {}", Pretty(took), Pretty(deadline));
            if tells_errors { out.push(Action::Log(Level::Error, text)) } else { self.report(text, out) }
        }
        let Err(error) = outcome else { return };
        if error.is_panic() {
            self.on_panic(out);
        }
        let text = format!("{name} failed: {error}");
        match on_error {
            log if log == OnError::log() && !tells_errors => {
                if self.mode.once {
                    self.failed.get_or_insert(Stop { exit: error.exit(), reason: Some(text.clone()) });
                }
                self.report(text, out);
            }
            _ if !tells_errors => self.fail(now, &name, &error, on_error, out),
            log if log == OnError::log() => out.push(Action::Log(Level::Error, text)),
            other => {
                out.push(Action::Log(Level::Error, text.clone()));
                self.end_by(now, other, error.exit(), text, out);
            }
        }
    }

    /// A lock answered.
    pub(super) fn on_lock(&mut self, now: Mono, lock: usize, reply: Reply, out: &mut Vec<Action>) {
        self.running = None;
        self.lock_checked = now;
        match reply {
            Reply::Acquired(Acquired::Held(held)) => {
                self.locks_held = lock + 1;
                self.held_until(held.deadline);
            }
            // Given up for a stop: that it could not be had is no news.
            Reply::Acquired(_) if self.stop.is_some() => {}
            Reply::Acquired(Acquired::Busy(_)) if self.mode.quiet_if_locked => self.decide_stop(Exit::Clean, None, out),
            Reply::Acquired(Acquired::Busy(holder)) => {
                self.give_up(&Error::new(Exit::TempFail, format!("already running: {holder} holds the lock")), out);
            }
            Reply::Acquired(Acquired::Unknown(why)) => {
                self.give_up(
                    &Error::new(Exit::Unavailable, format!("can not tell whether the lock is ours: {why}")),
                    out,
                );
            }
            Reply::Acquired(Acquired::Unreachable(error)) => self.give_up(&error, out),
            Reply::Renewed(Renewal::Held(held)) => self.held_until(held.deadline),
            Reply::Renewed(Renewal::Unknown(why)) => {
                out.push(Action::Log(Level::Warn, format!("can not see whether the lock is still ours: {why}")));
            }
            Reply::Renewed(Renewal::Lost(why)) => self.on_lock_lost(&why, out),
            // Not a lock's answer.
            Reply::Appointed(_) => {}
        }
    }

    pub(super) fn give_up(&mut self, error: &Error, out: &mut Vec<Action>) {
        out.push(Action::Log(Level::Error, error.to_string()));
        self.decide_stop(error.exit(), Some(error.to_string()), out);
    }

    /// Another instance may run already: tell those who want to know, and stop.
    fn on_lock_lost(&mut self, why: &str, out: &mut Vec<Action>) {
        let error = Error::new(Exit::TempFail, format!("the lock is lost: {why}"));
        self.give_up(&error, out);
        let why: Rc<str> = Rc::from(why);
        let step = |hook: &usize| Step::Hook { hook: *hook, cause: Cause::LockLost(Rc::clone(&why)) };
        self.queue.extend(self.agenda.lock_lost.iter().map(step));
    }
}
