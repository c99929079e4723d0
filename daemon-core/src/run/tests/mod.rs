//! A declared daemon, unchanged, under virtual time: whole days in milliseconds, signals included.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::os::fd::BorrowedFd;
use std::rc::Rc;
use std::time::Duration;

use super::{Calendar, Ended, Parts, Privileges, Runner, World};
use crate::birth::{Birth, Inherited};
use crate::clock::{Boot, Mono, Now, Wall};
use crate::context::{Cause, Context, Options, Watch};
use crate::engine::{HangUp, Input, Mode, Told};
use crate::error::{Error, Exit};
use crate::event::Event;
use crate::handover::Handover;
use crate::launch::Report;
use crate::lock::Provider;
use crate::missed::Missed;
use crate::on_error::OnError;
use crate::plan::Plan;
use crate::plugin::Plugins;
use crate::privileges::Wanted;
use crate::signal::Signal;
use crate::spec::Spec;
use crate::standing::Standing;
use crate::stats::Summary;

#[cfg(feature = "cron")]
mod cron;
mod errors;
#[cfg(feature = "handover")]
mod handover;
mod limits;
#[cfg(feature = "systemd")]
mod notices;
mod priority;
mod privileges;
mod recover;
mod restart;
mod schedule;
mod signals;
#[cfg(feature = "workers")]
mod workers;

const SECOND: u64 = 1_000_000_000;

/// A clock that moves when it is told to, and a list of signals to come.
#[derive(Default)]
struct Clock {
    mono: Cell<u64>,
    /// How far the wall clock has been set off.
    wall: Cell<i64>,
    /// How long the machine has slept.
    slept: Cell<u64>,
    stops: Cell<usize>,
    /// When the first of them came.
    stop_since: Cell<Option<u64>>,
    signals: RefCell<VecDeque<(u64, Signal)>>,
    /// When the wall clock is set, and by how many nanoseconds.
    clock_sets: RefCell<VecDeque<(u64, i64)>>,
    /// What comes of trial starts.
    trials: RefCell<VecDeque<Result<(), &'static str>>>,
    handed_over: RefCell<Vec<Handover>>,
    /// What comes of changes of the user.
    changes: RefCell<VecDeque<Result<(), Error>>>,
    /// Hears of the first of them.
    on_change: RefCell<Option<Box<dyn FnOnce()>>>,
    /// What the new image was to hear of.
    unheard: RefCell<Vec<Signal>>,
    /// Which priorities were asked for, and when.
    niceness: RefCell<Vec<(f64, i32)>>,
    /// What is below is not allowed.
    least_nice: Cell<i32>,
    /// Trials take longer than the test.
    slow_trials: Cell<bool>,
    /// What limits held, and since when.
    limits: RefCell<Vec<(f64, Option<Told>)>>,
    #[cfg(feature = "workers")]
    stage: workers::Stage,
    /// A HUP comes while the first trial runs.
    ask_again_during_trial: Cell<bool>,
    /// What the init system was told.
    #[cfg(feature = "systemd")]
    told: RefCell<Vec<(f64, crate::engine::Notice)>>,
    /// Until then it takes nothing.
    #[cfg(feature = "systemd")]
    deaf_until: Cell<u64>,
}

impl Clock {
    fn pass(&self, nanos: u64) {
        self.mono.set(self.mono.get() + nanos);
    }

    /// When stop signals have come that the loop does not know of.
    fn stops_to_come(&self) -> impl Iterator<Item = u64> {
        let now = self.mono.get();
        let came =
            |(at, signal): &(u64, Signal)| (*at <= now && matches!(*signal, Signal::TERM | Signal::INT)).then_some(*at);
        self.signals.borrow().iter().filter_map(came).collect::<Vec<_>>().into_iter()
    }

    fn seconds(&self) -> f64 {
        #[allow(clippy::cast_precision_loss, reason = "for comparing in tests")]
        let seconds = self.mono.get() as f64 / 1e9;
        seconds
    }
}

impl Watch for Clock {
    fn now(&self) -> Now {
        let mono = self.mono.get();
        let wall = Wall((1_700_000_000 * SECOND + mono).wrapping_add_signed(self.wall.get()));
        Now { mono: Mono(mono), boot: Boot(mono + self.slept.get()), wall }
    }

    fn stops(&self) -> usize {
        // The handler of the real one runs at once, whatever the loop is doing.
        self.stops.get() + self.stops_to_come().count()
    }

    fn stop_since(&self) -> Option<Mono> {
        self.stop_since.get().or_else(|| self.stops_to_come().next()).map(Mono)
    }
}

struct Virtual(Rc<Clock>);

impl Virtual {
    fn deliver(&self, until: u64, news: &mut VecDeque<Input>) -> bool {
        let mut signals = self.0.signals.borrow_mut();
        let due = signals.front().is_some_and(|(at, _)| *at <= until);
        if due && let Some((at, signal)) = signals.pop_front() {
            self.0.mono.set(self.0.mono.get().max(at));
            if matches!(signal, Signal::TERM | Signal::INT) {
                self.0.stops.set(self.0.stops.get() + 1);
                self.0.stop_since.set(self.0.stop_since.get().or(Some(at)));
                news.push_back(Input::StopSince(Mono(at)));
            }
            news.push_back(Input::Signal(signal));
        }
        due
    }
}

impl Virtual {
    fn set_clock(&self, until: u64, news: &mut VecDeque<Input>) -> bool {
        let mut sets = self.0.clock_sets.borrow_mut();
        let due = sets.front().is_some_and(|(at, _)| *at <= until).then(|| sets.pop_front()).flatten();
        if let Some((at, by)) = due {
            self.0.mono.set(self.0.mono.get().max(at));
            self.0.wall.set(self.0.wall.get() + by);
            news.push_back(Input::ClockSet);
        }
        due.is_some()
    }
}

impl World for Virtual {
    fn watch(&self) -> Rc<dyn Watch> {
        Rc::clone(&self.0) as Rc<dyn Watch>
    }

    fn now(&self) -> Mono {
        self.0.now().mono
    }

    fn wait(&mut self, until: Option<Mono>, news: &mut VecDeque<Input>) {
        let until = until.map_or(u64::MAX, |until| until.0);
        #[cfg(feature = "workers")]
        if let Some(next) = self.0.stage.next()
            && next <= until
        {
            if !self.deliver(next, news) {
                self.0.mono.set(self.0.mono.get().max(next));
            }
            return self.poll(news);
        }
        if self.set_clock(until, news) {
            return;
        }
        if !self.deliver(until, news) {
            assert_ne!(until, u64::MAX, "the daemon waits for ever");
            self.0.mono.set(self.0.mono.get().max(until));
        }
        // Signals that arrive together are told together.
        self.poll(news);
    }

    fn poll(&mut self, news: &mut VecDeque<Input>) {
        while self.deliver(self.0.mono.get(), news) {}
    }

    fn set_niceness(&mut self, niceness: i32) -> Result<(), Error> {
        self.0.niceness.borrow_mut().push((self.0.seconds(), niceness));
        if niceness < self.0.least_nice.get() {
            return Err(Error::new(Exit::NoPermission, "not allowed here"));
        }
        Ok(())
    }

    fn preflight(&mut self, news: &mut VecDeque<Input>) {
        if self.0.slow_trials.get() {
            return;
        }
        let verdict = self.0.trials.borrow_mut().pop_front().expect("a trial was expected");
        if self.0.ask_again_during_trial.take() {
            news.push_back(Input::Signal(Signal::HUP));
        }
        news.push_back(Input::Preflight(verdict.map_err(str::to_owned)));
    }

    fn kill_preflight(&mut self) {}

    fn limit(&mut self, limit: Option<Told>) {
        self.0.limits.borrow_mut().push((self.0.seconds(), limit));
    }

    fn drop_privileges(&mut self, _: &Wanted, _: bool) -> Result<(), Error> {
        self.0.on_change.take().into_iter().for_each(|noticed| noticed());
        self.0.changes.borrow_mut().pop_front().expect("a change of user was expected")
    }

    #[cfg(feature = "systemd")]
    fn tell(&mut self, notice: crate::engine::Notice, news: &mut VecDeque<Input>) {
        if self.0.mono.get() < self.0.deaf_until.get() {
            news.push_back(Input::Untold);
        }
        self.0.told.borrow_mut().push((self.0.seconds(), notice));
    }

    #[cfg(feature = "workers")]
    fn hands(&mut self) -> Result<Box<dyn crate::worker::team::Hands>, Error> {
        Ok(Box::new(workers::Played(Rc::clone(&self.0))))
    }

    /// There is no other image under virtual time: every exec fails, so that what follows can be seen.
    fn exec(&mut self, handover: &Handover, _: &[BorrowedFd<'_>], unheard: &[Signal]) -> Error {
        self.0.unheard.borrow_mut().extend(unheard);
        self.0.handed_over.borrow_mut().push(handover.clone());
        Error::new(Exit::Os, "no exec here")
    }
}

/// What the daemons of these tests do: each hook notes its name and the second.
struct Probe {
    clock: Rc<Clock>,
    notes: Rc<RefCell<Vec<(f64, String)>>>,
}

impl Probe {
    fn note(&self, what: impl Into<String>) {
        self.notes.borrow_mut().push((self.clock.seconds(), what.into()));
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        self.note("drop");
    }
}

/// One run: what to declare, when signals come, how it ended.
struct Sim {
    clock: Rc<Clock>,
    notes: Rc<RefCell<Vec<(f64, String)>>>,
    spec: Spec<Probe>,
    mode: Mode,
    declare: fn(&mut Spec<Probe>),
    locks: Vec<Box<dyn Provider>>,
    /// What an image before this one has left.
    inherited: Option<Inherited>,
}

impl Sim {
    fn new() -> Self {
        let (clock, notes) = (Rc::new(Clock::default()), Rc::default());
        clock.least_nice.set(-20);
        let mut spec = Spec::default();
        spec.package("probe", "0.0.0");
        let (probe_clock, probe_notes) = (Rc::clone(&clock), Rc::clone(&notes));
        spec.setup(move |_| Probe { clock: probe_clock, notes: probe_notes });
        Self {
            clock,
            notes,
            spec,
            mode: Mode { seed: 7, ..Mode::default() },
            declare: |_| {},
            locks: Vec::new(),
            inherited: None,
        }
    }

    /// An `execute` that takes this long.
    fn executing(mut self, took: Duration) -> Self {
        self.spec.execute(move |probe: &mut Probe, _| {
            probe.note("tick");
            probe.clock.pass(u64::try_from(took.as_nanos()).expect("a short time"));
        });
        self
    }

    /// What chance is made from.
    fn seed(mut self, seed: u64) -> Self {
        self.mode.seed = seed;
        self
    }

    fn every(mut self, interval: Duration) -> Self {
        self.spec.interval(interval);
        self
    }

    fn declare(mut self, more: impl FnOnce(&mut Spec<Probe>)) -> Self {
        more(&mut self.spec);
        self
    }

    fn signal(self, second: f64, signal: Signal) -> Self {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a second of a test")]
        let at = (second * 1e9) as u64;
        self.clock.signals.borrow_mut().push_back((at, signal));
        self
    }

    fn run(self) -> Run {
        let plan = Rc::new(self.spec.plan);
        plan.check().expect("a good plan");
        let workers = plan.has_workers();
        let watch = Virtual(Rc::clone(&self.clock)).watch();
        let context =
            Context::new(&plan.name, plan.interval.value, Plugins::default(), Options::default(), watch, "/".into());
        let calendar = Calendar::of(&plan).expect("a good plan");
        let mut inherited = self.inherited;
        if let Some(inherited) = &mut inherited {
            context.inherit(inherited.stats.take(), inherited.state.take());
        }
        let mut parts = Parts {
            plan,
            mode: Mode { locks: self.locks.len(), workers, ..self.mode },
            verbose: false,
            setup: self.spec.setup,
            hooks: self.spec.hooks,
            handover: self.spec.handover,
            kept: None,
            locks: self.locks,
            context,
            calendar,
            declare: self.declare,
            again: false,
            birth: Birth {
                program: "/x".into(),
                base: "/".into(),
                standing: Standing::Foreground,
                hang_up: HangUp::Ignore,
                #[cfg(feature = "systemd")]
                supervision: None,
                inherited,
            },
            privileges: Privileges { plugins: self.spec.plugins, ..Privileges::default() },
            report: Report::default(),
            pid_path: None,
            pid_file: None,
        };
        super::workers::engage(&mut parts, &mut Virtual(Rc::clone(&self.clock))).expect("workers");
        let mut runner = Runner::new(Virtual(Rc::clone(&self.clock)), parts);
        let ended = runner.run();
        Run {
            ended,
            stats: runner.parts.context.stats(),
            notes: self.notes.take(),
            handed_over: self.clock.handed_over.take(),
            niceness: self.clock.niceness.take(),
            limits: self.clock.limits.take(),
            trials_left: self.clock.trials.borrow().len(),
        }
    }
}

struct Run {
    ended: Ended,
    stats: Summary,
    notes: Vec<(f64, String)>,
    handed_over: Vec<Handover>,
    niceness: Vec<(f64, i32)>,
    limits: Vec<(f64, Option<Told>)>,
    trials_left: usize,
}

impl Run {
    fn times(&self, what: &str) -> Vec<f64> {
        self.notes.iter().filter(|(_, note)| note == what).map(|(at, _)| *at).collect()
    }

    fn order(&self) -> Vec<&str> {
        self.notes.iter().map(|(_, note)| note.as_str()).collect()
    }
}

fn note(what: &'static str) -> impl FnMut(&mut Probe, &Context) + 'static {
    move |probe, _| probe.note(what)
}
