//! The real world: the kernel's clocks, signals, and one place to sleep.

use std::collections::VecDeque;
use std::rc::Rc;

use super::World;
use crate::clock::{Mono, Now};
use crate::context::Watch;
use crate::engine::Input;
use crate::error::{Error, Exit};
use crate::log;
use crate::signal::Signal;
use crate::sys::wait::{Interest, Waiter};
use crate::sys::{clock, signals};

/// What a token of the [`Waiter`] stands for.
const SIGNALS: u64 = 0;
const STANDARD_OUTPUT: u64 = 1;

/// Signals every daemon listens for, so that none of them kills it by default action.
const ALWAYS: [Signal; 6] = [
    Signal::INT,
    Signal::TERM,
    Signal::HUP,
    Signal::USR1,
    Signal::USR2,
    Signal::CONT,
];

/// The kernel.
pub(crate) struct Real {
    signals: signals::Signals,
    waiter: Waiter,
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
}

impl Real {
    /// Listens for signals from now on: the framework's and `declared` ones.
    pub(crate) fn new(declared: impl IntoIterator<Item = Signal>) -> Result<Self, Error> {
        let mut wanted: Vec<Signal> = ALWAYS.into_iter().chain(declared).collect();
        wanted.sort_unstable();
        wanted.dedup();
        clock::least_timer_slack();
        let failed = |what: &str, error: &dyn std::fmt::Display| {
            Error::new(Exit::Os, format!("{what}: {error}"))
        };
        let signals = signals::Signals::listen(&wanted)
            .map_err(|error| failed("can not listen for signals", &error))?;
        let waiter = Waiter::new().map_err(|error| failed("can not set up the loop", &error))?;
        waiter
            .watch(signals.fd(), SIGNALS, Interest::Readable)
            .map_err(|error| failed("can not watch for signals", &error))?;
        Ok(Self { signals, waiter })
    }

    fn take(&mut self, tokens: &[u64], news: &mut VecDeque<Input>) {
        for token in tokens {
            match *token {
                SIGNALS => news.extend(self.signals.pending().map(Input::Signal)),
                STANDARD_OUTPUT => log::drain(),
                _ => {}
            }
        }
    }
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
        log::unsent(|fd| {
            self.waiter
                .watch(fd, STANDARD_OUTPUT, Interest::WritableOnce)
        });
        let mut tokens = Tokens::default();
        if let Err(error) = self.waiter.wait(until, |token| tokens.push(token)) {
            ::log::error!(target: "daemon", "can not wait: {error}");
        }
        self.take(tokens.as_slice(), news);
    }

    fn poll(&mut self, news: &mut VecDeque<Input>) {
        if !signals::raised() {
            return;
        }
        let mut tokens = Tokens::default();
        if let Err(error) = self.waiter.poll(|token| tokens.push(token)) {
            ::log::error!(target: "daemon", "can not look for news: {error}");
        }
        self.take(tokens.as_slice(), news);
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
