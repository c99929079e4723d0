//! The real world: the kernel's clocks, signals, and one place to sleep.

use std::collections::VecDeque;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::path::PathBuf;
use std::rc::Rc;

use super::World;
use super::preflight::Preflight;
use crate::clock::{Mono, Now};
use crate::context::Watch;
#[cfg(feature = "systemd")]
use crate::engine::Notice;
use crate::engine::{Input, Told};
use crate::error::{Error, Exit};
use crate::handover::Handover;
#[cfg(feature = "systemd")]
use crate::herald::Herald;
use crate::kept::Kept;
use crate::log;
use crate::privileges::Wanted;
use crate::role;
use crate::signal::Signal;
use crate::sys::clock_set::ClockSet;
use crate::sys::reenter::{Origin, Program};
use crate::sys::wait::{Interest, Waiter};
use crate::sys::{clock, core_limit, cut, memfd, process, reserve, signals};

/// What a token of the [`Waiter`] stands for.
const SIGNALS: u64 = 0;
const STANDARD_OUTPUT: u64 = 1;
const PREFLIGHT: u64 = 2;
const CLOCK: u64 = 3;
#[cfg(feature = "workers")]
const WORKERS: u64 = 4;

/// Signals every daemon listens for, so that none of them kills it by default action.
const ALWAYS: [Signal; 6] = [Signal::INT, Signal::TERM, Signal::HUP, Signal::USR1, Signal::USR2, Signal::CONT];

/// The kernel.
pub(crate) struct Real {
    signals: signals::Signals,
    waiter: Waiter,
    origin: Origin,
    program: PathBuf,
    /// Only where something follows the wall clock.
    clock_set: Option<ClockSet>,
    preflight: Option<Preflight>,
    /// The program whose trial has succeeded.
    tried: Option<Program>,
    /// It was said that the kernel has no timer for limits.
    unlimited: bool,
    #[cfg(feature = "systemd")]
    herald: Option<Herald>,
}

/// The kernel, as far as a hook may look.
struct Kernel;

impl Watch for Kernel {
    fn now(&self) -> Now {
        clock::now()
    }

    fn stops(&self) -> usize {
        signals::stops()
    }

    fn stop_since(&self) -> Option<Mono> {
        signals::stop_since()
    }
}

impl Real {
    /// Listens for signals from now on: the framework's and `declared` ones.
    pub(crate) fn new(
        declared: impl IntoIterator<Item = Signal>,
        origin: Origin,
        program: PathBuf,
    ) -> Result<Self, Error> {
        let mut wanted: Vec<Signal> = ALWAYS.into_iter().chain(declared).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let failed = |what: &str, error: &dyn std::fmt::Display| Error::new(Exit::Os, format!("{what}: {error}"));
        let signals =
            signals::Signals::listen(&wanted).map_err(|error| failed("can not listen for signals", &error))?;
        let waiter = Waiter::new().map_err(|error| failed("can not set up the loop", &error))?;
        waiter
            .watch(signals.fd(), SIGNALS, Interest::Readable)
            .map_err(|error| failed("can not watch for signals", &error))?;
        #[cfg(feature = "systemd")]
        let herald = origin.wanted.as_ref().map(|wanted| Herald::new(&wanted.socket));
        Ok(Self {
            signals,
            waiter,
            origin,
            program,
            clock_set: None,
            preflight: None,
            tried: None,
            unlimited: false,
            #[cfg(feature = "systemd")]
            herald,
        })
    }

    /// Tells from now on when the wall clock was set.
    pub(crate) fn watch_wall_clock(&mut self) -> Result<(), Error> {
        let failed = |error: nix::Error| Error::new(Exit::Os, format!("can not watch the wall clock: {error}"));
        let clock_set = ClockSet::new().map_err(failed)?;
        self.waiter.watch(clock_set.fd(), CLOCK, Interest::Readable).map_err(failed)?;
        self.clock_set = Some(clock_set);
        Ok(())
    }

    fn take(&mut self, tokens: &[u64], news: &mut VecDeque<Input>) {
        for token in tokens {
            match *token {
                SIGNALS => self.hear(news),
                STANDARD_OUTPUT => log::drain(),
                PREFLIGHT => news.extend(self.preflight_ended().map(Input::Preflight)),
                CLOCK if self.clock_set.as_ref().is_some_and(ClockSet::take) => news.push_back(Input::ClockSet),
                _ => {}
            }
        }
    }
}

impl Real {
    /// What signals have come. A stop may have come long ago: its time counts from then.
    fn hear(&mut self, news: &mut VecDeque<Input>) {
        for signal in self.signals.pending() {
            if matches!(signal, Signal::TERM | Signal::INT) {
                news.extend(signals::stop_since().map(Input::StopSince));
            }
            news.push_back(Input::Signal(signal));
        }
    }

    fn try_limit(limit: Option<Told>) -> std::io::Result<()> {
        let Some(Told { cut, on_stop }) = limit else {
            cut::disarm();
            return Ok(());
        };
        let notices = cut::Notices {
            step: cut.as_ref().map(|(_, reason)| log::notice(reason)),
            stop: on_stop.map(|reason| log::notice(&reason)),
        };
        cut::arm(cut.map(|(at, _)| at), notices)
    }

    fn preflight_ended(&mut self) -> Option<Result<(), String>> {
        // What the trial gives back is put into the reserve before a hook can take it.
        let _lent = reserve::lend();
        let verdict = self.preflight.take()?.verdict();
        Some(verdict.map(|program| self.tried = Some(program)))
    }

    fn start_preflight(&mut self) -> Result<(), String> {
        let _lent = reserve::lend();
        let preflight = Preflight::start(&self.origin, &self.program)?;
        self.waiter
            .watch(preflight.fd(), PREFLIGHT, Interest::Readable)
            .map_err(|error| format!("can not watch the trial: {error}"))?;
        self.preflight = Some(preflight);
        Ok(())
    }

    fn try_exec(&mut self, handover: &Handover, kept: &[BorrowedFd<'_>], unheard: &[Signal]) -> std::io::Error {
        let Some(program) = self.tried.take() else {
            return std::io::Error::other("no program was tried");
        };
        let memory = match seal(handover) {
            Ok(memory) => memory,
            Err(error) => return error,
        };
        let others = process::hearing_threads().saturating_sub(1);
        if others > 0 {
            let text = "other threads take signals: one that comes during the exec is lost; start them by cx.thread";
            ::log::warn!(target: "daemon", "{others} {text}");
        }
        core_limit::restore();
        // From here to the handlers of the new image signals wait in the kernel, unless another thread takes them. What
        // was taken already and not yet answered is put back there, or the new image would never hear of it.
        signals::block();
        self.signals.pending().chain(unheard.iter().copied()).for_each(signals::put_back);
        let kept: Vec<_> = kept.iter().copied().chain([memory.as_fd()]).collect();
        let error = self.origin.exec(&program, &role::restarted(memory.as_raw_fd()), &kept);
        signals::unblock();
        core_limit::again();
        error
    }
}

/// A state that the machine has no room for is left behind; the restart goes on.
fn seal(handover: &Handover) -> std::io::Result<OwnedFd> {
    let sealed = |state: Option<&Kept>| {
        memfd::seal(&[&handover.lines(state), state.map_or(&[], |state| state.bytes.as_slice())])
    };
    let state = handover.state.as_ref();
    sealed(state).or_else(|error| {
        if state.is_some() {
            ::log::warn!(target: "daemon", "the state is not handed over: {error}");
        }
        sealed(None)
    })
}

impl World for Real {
    fn watch(&self) -> Rc<dyn Watch> {
        Rc::new(Kernel)
    }

    fn now(&self) -> Mono {
        clock::mono()
    }

    fn wait(&mut self, until: Option<Mono>, news: &mut VecDeque<Input>) {
        // A reader of standard output that is slow wakes us when it takes more.
        log::unsent(|fd| self.waiter.watch(fd, STANDARD_OUTPUT, Interest::WritableOnce));
        let mut tokens = Tokens::default();
        if let Err(error) = self.waiter.wait(until, |token| tokens.push(token)) {
            news.push_back(Input::Broken(Error::new(Exit::Os, format!("can not wait: {error}"))));
        }
        self.take(tokens.as_slice(), news);
        // A handler that ran while we slept ended the sleep without a token: no need to ask the kernel again.
        self.poll(news);
    }

    fn poll(&mut self, news: &mut VecDeque<Input>) {
        if signals::raised() {
            self.hear(news);
        }
        // A loop that never sleeps must still see a trial end.
        if self.preflight.is_some() {
            let mut tokens = Tokens::default();
            if let Err(error) = self.waiter.poll(|token| tokens.push(token)) {
                news.push_back(Input::Broken(Error::new(Exit::Os, format!("can not look for news: {error}"))));
            }
            self.take(tokens.as_slice(), news);
        }
    }

    fn set_niceness(&mut self, niceness: i32) -> Result<(), Error> {
        process::set_niceness(0, niceness).map_err(|error| Error::new(Exit::NoPermission, error.to_string()))
    }

    fn limit(&mut self, limit: Option<Told>) {
        if let Err(error) = Self::try_limit(limit)
            && !std::mem::replace(&mut self.unlimited, true)
        {
            ::log::warn!(target: "daemon", "time limits do not hold, there is no timer for them: {error}");
        }
    }

    fn preflight(&mut self, news: &mut VecDeque<Input>) {
        if let Err(why) = self.start_preflight() {
            news.push_back(Input::Preflight(Err(why)));
        }
    }

    fn kill_preflight(&mut self) {
        if let Some(preflight) = &mut self.preflight {
            preflight.kill();
        }
    }

    fn drop_privileges(&mut self, wanted: &Wanted, core_dumps: bool) -> Result<(), Error> {
        wanted.carry_out(core_dumps)
    }

    #[cfg(feature = "systemd")]
    fn tell(&mut self, notice: Notice, news: &mut VecDeque<Input>) {
        if let Some(herald) = &mut self.herald
            && !herald.tell(&notice)
        {
            news.push_back(Input::Untold);
        }
    }

    #[cfg(feature = "workers")]
    fn hands(&mut self) -> Result<Box<dyn crate::worker::team::Hands>, Error> {
        let failed = |error: nix::Error| Error::new(Exit::Os, format!("can not set up the workers: {error}"));
        let hands = crate::worker::hands::Real::new(self.origin.clone()).map_err(failed)?;
        // That there is news is enough: whoever runs the loop looks at all of it.
        self.waiter.watch(hands.fd(), WORKERS, Interest::Readable).map_err(failed)?;
        Ok(Box::new(hands))
    }

    fn exec(&mut self, handover: &Handover, kept: &[BorrowedFd<'_>], unheard: &[Signal]) -> Error {
        let error = self.try_exec(handover, kept, unheard);
        Error::new(Exit::Os, error.to_string())
    }
}

/// The tokens of one wake-up, without an allocation: there are as many kinds as tokens.
#[derive(Default)]
struct Tokens {
    list: [u64; 8],
    len: usize,
}

impl Tokens {
    const fn push(&mut self, token: u64) {
        if self.len < self.list.len() {
            self.list[self.len] = token;
            self.len += 1;
        }
    }

    fn as_slice(&self) -> &[u64] {
        &self.list[..self.len]
    }
}
