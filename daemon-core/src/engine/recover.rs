//! After a fatal error: begin anew, but not in a storm.
//!
//! A daemon that fails as soon as it starts is not started again: that is its supervisor's affair. One that has been up
//! for a while is, after a pause that grows with each failure. The count travels with the restart, so that the storm
//! can not reset its own limit.

use std::time::Duration;

use log::Level;

use super::{Action, Engine, HangUp, Phase, Stop};
use crate::clock::Mono;
use crate::duration::Pretty;
use crate::error::Exit;

/// A daemon that fails before it has been up this long is not restarted.
pub(crate) const YOUNG: Duration = Duration::from_secs(10);
/// A daemon that has been up this long is healthy: earlier failures are forgotten.
pub(crate) const HEALTHY: Duration = Duration::from_secs(600);
/// The pause before the first restart; it doubles each time.
pub(crate) const FIRST_PAUSE: Duration = Duration::from_secs(2);
/// The longest pause.
pub(crate) const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// More restarts after fatal errors than this in [`STORM_SPAN`] are a storm. While each image knows how many failed before
/// it, the pauses are too long for one; this limit holds whatever becomes of them.
pub(crate) const STORM: usize = 5;
pub(crate) const STORM_SPAN: Duration = Duration::from_secs(60);

/// A restart that a fatal error has made necessary.
#[derive(Debug)]
pub(super) struct Recovery {
    /// Not before this.
    at: Mono,
    /// How the daemon ends if the restart is not possible.
    instead: Stop,
    /// The trial has been asked for.
    asked: bool,
}

impl Engine {
    /// Decides what follows from a fatal error: a restart if it can help, else the end.
    pub(super) fn recover_or_stop(&mut self, now: Mono, exit: Exit, reason: String, out: &mut Vec<Action>) {
        let stop = Stop { exit, reason: Some(reason) };
        if self.mode.hang_up != HangUp::Restart || self.phase != Phase::Running || self.stop.is_some() {
            return self.decide_stop(stop.exit, stop.reason, out);
        }
        if self.recovery.is_some() {
            return;
        }
        let uptime = now.since(self.started);
        if uptime < YOUNG {
            let text = format!("no restart: failed after {}, less than {}", Pretty(uptime), Pretty(YOUNG));
            out.push(Action::Log(Level::Error, text));
            return self.decide_stop(stop.exit, stop.reason, out);
        }
        if self.is_storm(now) {
            let text = format!("no restart: there were {STORM} after fatal errors in the last {}", Pretty(STORM_SPAN));
            out.push(Action::Log(Level::Error, text));
            return self.decide_stop(stop.exit, stop.reason, out);
        }
        if uptime >= HEALTHY {
            self.failures = 0;
        }
        let pause = FIRST_PAUSE.saturating_mul(1 << self.failures.min(10)).min(LONGEST_PAUSE);
        self.failures += 1;
        out.push(Action::Log(Level::Warn, format!("restarting in {} after a fatal error", Pretty(pause))));
        self.recovery = Some(Recovery { at: now.plus(pause), instead: stop, asked: false });
    }

    /// The restart that is on its way follows from a fatal error, whoever asked for it meanwhile.
    pub(crate) fn is_recovering(&self) -> bool {
        self.recovery.is_some()
    }

    /// Restarts that were asked for are no failures: they do not count.
    fn is_storm(&self, now: Mono) -> bool {
        self.mode.recoveries.iter().filter(|at| now.since(**at) < STORM_SPAN).count() >= STORM
    }

    /// While a restart after a fatal error is on its way nothing is executed: says whether that is so, and begins the
    /// trial when the pause is over.
    pub(super) fn recovering(&mut self, now: Mono, out: &mut Vec<Action>) -> bool {
        match &mut self.recovery {
            None => return false,
            Some(recovery) if !recovery.asked && recovery.at <= now => {
                recovery.asked = true;
                self.ask_restart("fatal error", out);
            }
            Some(_) => {}
        }
        true
    }

    /// When the pause is over.
    pub(super) fn recovery_due(&self) -> Option<Mono> {
        self.recovery.as_ref().filter(|recovery| !recovery.asked).map(|recovery| recovery.at)
    }

    /// The program can not be started again: then it ends as it would have without the wish to restart.
    pub(super) fn give_up_recovery(&mut self, out: &mut Vec<Action>) {
        if let Some(Recovery { instead, .. }) = self.recovery.take() {
            self.decide_stop(instead.exit, instead.reason, out);
        }
    }
}
