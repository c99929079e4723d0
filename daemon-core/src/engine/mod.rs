//! The heart: a state machine that decides what a daemon does next.
//!
//! What happened goes in as an [`Input`], with the time; what to do comes out as [`Action`]s. There is no system call,
//! no clock and no randomness in here, so a day of ticks runs in milliseconds in a test, and the same inputs always
//! give the same actions. Schedules know the monotonic clock only; what belongs to another clock (a lease's end) comes in
//! with the answer that it belongs to.
//!
//! | file | subject |
//! |---|---|
//! | `agenda` | which hooks belong to which trigger |
//! | `life` | the stages of starting and stopping |
//! | `recover` | what follows from a fatal error |
//! | `restart` | the way from a wish to restart to the new image |
//! | `turn` | what comes next while running: iterations, timers, idle events |
//! | `news` | signals, asks of hooks, results, locks |

mod agenda;
mod life;
mod news;
mod recover;
mod restart;
mod turn;

use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use log::Level;

use crate::clock::Mono;
use crate::context::{Ask, Cause};
use crate::error::{Error, Exit};
use crate::lock::{Acquired, Renewal};
use crate::plan::{Plan, Trigger};
use crate::schedule::Grid;
use crate::signal::Signal;
use crate::stats::{Count, Due};

use agenda::Agenda;
use recover::Recovery;
use restart::Restart;

/// How the daemon was started: what the engine must know of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mode {
    /// One iteration, then stop.
    pub(crate) once: bool,
    /// A lock held by another is a clean and silent exit.
    pub(crate) quiet_if_locked: bool,
    /// What a hang-up means.
    pub(crate) hang_up: HangUp,
    /// When restarts in place happened, the newest last.
    pub(crate) restarts: Vec<Mono>,
    /// How many restarts after fatal errors came one after the other.
    pub(crate) failures: u32,
    /// The grid of the image before an in-place restart.
    pub(crate) grid: Option<Grid>,
    /// There is a PID file to write.
    pub(crate) pid_file: bool,
    /// How many locks there are to take, in order.
    pub(crate) locks: usize,
    /// Where the sequence for idle probabilities starts.
    pub(crate) seed: u64,
}

/// What SIGHUP means, by how the daemon was started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum HangUp {
    /// Without a terminal and not in daemon mode: nothing.
    #[default]
    Ignore,
    /// From a terminal: it is gone.
    Stop,
    /// In daemon mode: restart in place.
    Restart,
}

/// Something that happened.
#[derive(Debug)]
pub(crate) enum Input {
    /// The process is ready to begin.
    Start,
    /// A wait is over, or nothing in particular.
    Woken,
    /// A signal arrived, perhaps more than once.
    Signal(Signal),
    /// The step that was asked for is done.
    Done(Result<(), Error>),
    /// Something outside answered.
    Reply { source: Source, reply: Reply },
    /// A hook asks for something.
    Ask(Ask),
    /// The trial start of a new program has ended.
    Preflight(Result<(), String>),
}

/// Who answers: the things outside that the engine asks and that take their time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// The lock of this number.
    Lock(usize),
}

/// An answer.
#[derive(Debug)]
pub(crate) enum Reply {
    /// To [`Step::Acquire`].
    Acquired(Acquired),
    /// To [`Step::Renew`].
    Renewed(Renewal),
}

/// One thing to carry out, answered by [`Input::Done`] or [`Input::Reply`]. There is never more than one at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Let every plugin look whether it can work here.
    CheckEnvironment,
    /// Take a lock.
    Acquire(usize),
    /// Renew a lock, or see whether it is still ours.
    Renew(usize),
    /// Open the log's targets: not before the lock is held, for the file may be another instance's.
    OpenLog,
    /// Write the PID file: not before the lock is held, for it may be another instance's.
    WritePid,
    /// Put the PID file back if somebody removed it.
    MendPid,
    /// Remove the PID file.
    RemovePid,
    /// Set a plugin up.
    PluginSetup(usize),
    /// Make the daemon.
    Setup,
    /// Run a hook of the daemon.
    Hook { hook: usize, cause: Cause },
    /// Let go of the daemon's state.
    Drop,
    /// Tear a plugin down.
    PluginTeardown(usize),
    /// Give a lock back.
    Release(usize),
    /// Become the program that was tried; answered only when that failed.
    Exec,
    /// Declare the daemon once more: the code of its setup and plugins is used up.
    Remake,
}

/// What to do.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Action {
    /// Carry out a step and answer.
    Run(Step),
    /// Sleep until then, `None` without end, or until there is news.
    Wait(Option<Mono>),
    /// Write a line to the log.
    Log(Level, String),
    /// Count something.
    Count(Count),
    /// Write the run-time variables to the log.
    Dump,
    /// The start is complete.
    Ready,
    /// Try whether the program starts.
    Preflight,
    /// End a trial that takes too long.
    KillPreflight,
    /// The interval in force has changed.
    Interval(Duration),
    /// A stop has been decided: hooks can see it from now on.
    Stopping,
    /// End the process, with the reason if it is not a clean end.
    Exit(Exit, Option<String>),
}

/// Where the daemon is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    New,
    Starting,
    Running,
    Restarting,
    Stopping,
    Ended,
}

/// An iteration that has begun.
#[derive(Clone, Copy, Debug)]
struct Iteration {
    due: Mono,
    began: Mono,
    /// Slots left out before it.
    missed: u64,
}

/// A timer of `every`.
#[derive(Clone, Copy, Debug)]
struct Timer {
    hook: usize,
    grid: Grid,
}

/// Why and how the daemon stops.
#[derive(Clone, Debug)]
struct Stop {
    exit: Exit,
    reason: Option<String>,
}

/// The state machine. Fields that every tick touches stand together at the top.
pub(crate) struct Engine {
    phase: Phase,
    running: Option<(Step, Mono)>,
    iteration: Option<Iteration>,
    /// `None`: iterate at once.
    grid: Option<Grid>,
    interval: Duration,
    queue: VecDeque<Step>,
    stop: Option<Stop>,
    restart: Restart,
    recovery: Option<Recovery>,
    /// An idle event may follow the iteration that ended last.
    idle_owed: bool,
    /// The last thing that ran was a timer: an iteration goes first if it is due too.
    timer_ran: bool,
    last_due: Mono,
    lock_checked: Mono,
    pid_checked: Mono,
    pid_written: bool,
    timers: Vec<Timer>,
    agenda: Agenda,
    plan: Rc<Plan>,
    mode: Mode,
    /// Signals with hooks that are still to run, each once.
    signals: VecDeque<Signal>,
    /// Errors whose event is still to fire.
    errors: VecDeque<Rc<str>>,
    dump_wanted: bool,
    dumped: Option<Mono>,
    iterations: u64,
    locks_held: usize,
    plugins_set_up: usize,
    /// The daemon's state exists.
    born: bool,
    /// When the start was complete.
    started: Mono,
    failures: u32,
    random: u64,
}

impl Engine {
    pub(crate) fn new(plan: Rc<Plan>, mode: Mode) -> Self {
        Self {
            phase: Phase::New,
            running: None,
            iteration: None,
            grid: None,
            interval: plan.interval.value,
            queue: VecDeque::new(),
            stop: None,
            restart: Restart::default(),
            recovery: None,
            idle_owed: false,
            timer_ran: false,
            last_due: Mono::default(),
            lock_checked: Mono::default(),
            pid_checked: Mono::default(),
            pid_written: false,
            timers: Vec::new(),
            agenda: Agenda::of(&plan),
            plan,
            signals: VecDeque::new(),
            errors: VecDeque::new(),
            dump_wanted: false,
            dumped: None,
            iterations: 0,
            locks_held: 0,
            plugins_set_up: 0,
            born: false,
            started: Mono::default(),
            failures: mode.failures,
            random: mode.seed | 1,
            mode,
        }
    }

    /// Takes in one thing that happened at `now` and appends what follows to `out`. The last action is always one that
    /// brings the next input (`Run`, `Wait`) or `Exit`, unless a step is still running.
    pub(crate) fn step(&mut self, now: Mono, input: Input, out: &mut Vec<Action>) {
        match input {
            Input::Start => self.begin_start(now),
            Input::Woken => {}
            Input::Signal(signal) => self.on_signal(signal, out),
            Input::Ask(ask) => self.on_ask(now, ask, out),
            Input::Preflight(outcome) => self.on_preflight(outcome, out),
            Input::Done(outcome) => self.on_done(now, outcome, out),
            Input::Reply { source: Source::Lock(lock), reply } => self.on_lock(now, lock, reply, out),
        }
        if self.running.is_none() {
            self.go_on(now, out);
        }
    }

    /// Until when the current iteration has time.
    pub(crate) fn next_due(&self) -> Option<Mono> {
        self.grid.map(|grid| grid.due())
    }

    /// The grid of the interval, for the next image.
    pub(crate) fn grid(&self) -> Option<Grid> {
        self.grid
    }

    /// How many restarts after fatal errors came one after the other.
    pub(crate) fn failures(&self) -> u32 {
        self.failures
    }

    /// Why the image is being replaced.
    pub(crate) fn restart_cause(&self) -> &'static str {
        self.restart.cause
    }

    /// Replaces `list` by what is due next.
    pub(crate) fn list_due(&self, list: &mut Vec<Due>) {
        list.clear();
        if let (true, Some(grid)) = (self.agenda.executes, self.grid) {
            list.push(Due { trigger: Trigger::Tick, at: grid.due() });
        }
        let row = |timer: &Timer| Due { trigger: self.plan.hooks[timer.hook].trigger, at: timer.grid.due() };
        list.extend(self.timers.iter().map(row));
    }

    /// Hands out queued steps, and finds new ones until there is one, or a reason to wait.
    fn go_on(&mut self, now: Mono, out: &mut Vec<Action>) {
        loop {
            if let Some(step) = self.queue.pop_front() {
                self.running = Some((step.clone(), now));
                out.push(Action::Run(step));
                return;
            }
            if self.iteration.is_some() {
                self.end_iteration(now, out);
                continue;
            }
            let more = match self.phase {
                Phase::New | Phase::Ended => false,
                Phase::Starting => self.started(now, out),
                Phase::Running => self.turn(now, out),
                Phase::Restarting => self.let_go(),
                Phase::Stopping => self.stopped(out),
            };
            if !more {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests;
