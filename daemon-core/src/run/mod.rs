//! The process layer: tells the engine what happened, does what it says.
//!
//! Nothing is decided here. Everything that touches the outside goes through [`World`], so that the same declared daemon
//! also runs under virtual time.

mod perform;
mod world;

use std::collections::VecDeque;
use std::rc::Rc;

use crate::clock::Mono;
use crate::context::{Context, Watch};
use crate::engine::{Action, Engine, Input, Mode};
use crate::error::Exit;
use crate::hook::{BoxedHook, BoxedSetup};
use crate::lock::Provider;
use crate::log;
use crate::plan::Plan;

pub(crate) use perform::panic_text;
pub(crate) use world::Real;

/// What the loop needs of the world: the time, and news.
pub(crate) trait World {
    /// The part of it that hooks may look at.
    fn watch(&self) -> Rc<dyn Watch>;

    /// The time, for schedules.
    fn now(&self) -> Mono;

    /// Sleeps until `until` or until there is news, and adds what came.
    fn wait(&mut self, until: Option<Mono>, news: &mut VecDeque<Input>);

    /// Adds what has come meanwhile, without sleeping.
    fn poll(&mut self, news: &mut VecDeque<Input>);
}

/// Everything the runner needs besides the engine.
pub(crate) struct Parts<D> {
    pub(crate) plan: Rc<Plan>,
    pub(crate) mode: Mode,
    pub(crate) verbose: bool,
    pub(crate) setup: Option<BoxedSetup<D>>,
    pub(crate) hooks: Vec<BoxedHook<D>>,
    pub(crate) locks: Vec<Box<dyn Provider>>,
    pub(crate) context: Context,
}

/// How a run ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) exit: Exit,
    /// Why, unless it is a clean end.
    pub(crate) reason: Option<String>,
}

/// A daemon being run in a world.
pub(crate) struct Runner<D, W> {
    world: W,
    engine: Engine,
    parts: Parts<D>,
    daemon: Option<D>,
    inbox: VecDeque<Input>,
}

impl<D, W: World> Runner<D, W> {
    pub(crate) fn new(world: W, parts: Parts<D>) -> Self {
        let engine = Engine::new(Rc::clone(&parts.plan), parts.mode);
        Self {
            world,
            engine,
            parts,
            daemon: None,
            inbox: VecDeque::from([Input::Start]),
        }
    }

    /// Runs the daemon to its end.
    pub(crate) fn run(&mut self) -> Ended {
        let mut actions = Vec::new();
        loop {
            // Only a wait can leave the inbox empty, when it ended because its time came.
            let input = self.inbox.pop_front().unwrap_or(Input::Woken);
            self.engine.step(self.world.now(), input, &mut actions);
            for action in actions.drain(..) {
                match action {
                    Action::Run(step) => {
                        let answer =
                            perform::step(&mut self.parts, &mut self.daemon, &self.engine, step);
                        self.collect(answer);
                    }
                    Action::Wait(until) => self.world.wait(until, &mut self.inbox),
                    Action::Exit(exit, reason) => return Ended { exit, reason },
                    other => perform::note(&self.parts, &self.engine, other),
                }
            }
        }
    }

    /// After a step: what the hook asked for and what came meanwhile go before the answer, so that the engine knows of
    /// them when it decides what comes next.
    fn collect(&mut self, answer: Input) {
        let asks = self.parts.context.outbox.take();
        self.inbox.extend(asks.into_iter().map(Input::Ask));
        self.world.poll(&mut self.inbox);
        self.inbox.push_back(answer);
    }

    /// The last thing before the process ends: gives slow readers of the log their last chance. Says whether what was
    /// logged could be seen on standard output.
    pub(crate) fn finish(self) -> bool {
        log::close(self.parts.context.stop_count() > 1)
    }
}

#[cfg(test)]
mod tests;
