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
//! | `appointments` | hooks that follow the wall clock |
//! | `limits` | how long things may take |
//! | `life` | the stages of starting and stopping |
//! | `priority` | which process priority is wanted |
//! | `recover` | what follows from a fatal error |
//! | `restart` | the way from a wish to restart to the new image |
//! | `words` | what goes in and what comes out |
//! | `turn` | what comes next while running: iterations, timers, idle events |
//! | `news` | signals, asks of hooks, results, locks |
//! | `notices` | what the init system is told (feature `systemd`) |

mod agenda;
mod appointments;
#[cfg(feature = "workers")]
mod calls;
mod life;
mod limits;
mod news;
#[cfg(feature = "systemd")]
mod notices;
mod priority;
mod recover;
mod restart;
mod turn;
mod words;

use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use crate::clock::Mono;
use crate::error::Exit;
use crate::plan::Plan;
use crate::schedule::Grid;
use crate::signal::Signal;
use crate::stats::Due;

use agenda::Agenda;
use appointments::Appointment;
use limits::Limits;
pub(crate) use limits::{Limit, Told};
#[cfg(feature = "systemd")]
pub(crate) use notices::{Notice, Supervision};
use priority::Priority;
use recover::Recovery;
pub(crate) use recover::{FIRST_PAUSE, HEALTHY, LONGEST_PAUSE, STORM, STORM_SPAN, YOUNG};
use restart::Restart;
pub(crate) use turn::{LOCK_CHECK, PID_CHECK};
pub(crate) use words::{Action, HangUp, Input, Mode, Reply, Source, Step};

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
    /// The interval it belongs to, if any.
    interval: Option<Duration>,
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
    priority: Priority,
    queue: VecDeque<Step>,
    stop: Option<Stop>,
    restart: Restart,
    recovery: Option<Recovery>,
    limits: Limits,
    /// An idle event may follow the iteration that ended last.
    idle_owed: bool,
    /// The last thing that ran was a timer: an iteration goes first if it is due too.
    timer_ran: bool,
    /// The last thing that ran was a hook of a call: what is due goes first.
    call_ran: bool,
    last_due: Mono,
    lock_checked: Mono,
    pid_checked: Mono,
    pid_written: bool,
    timers: Vec<Timer>,
    appointments: Vec<Appointment>,
    /// Workers finish what they have.
    draining: bool,
    /// Hooks that are still to hear of calls that have ended.
    calls: VecDeque<Step>,
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
    /// A hook of the daemon's has panicked: its state may be half done.
    panicked: bool,
    /// When the start was complete.
    started: Mono,
    failures: u32,
    /// With `once`: the first failure of a hook after which the daemon goes on.
    failed: Option<Stop>,
    random: u64,
    #[cfg(feature = "systemd")]
    notices: Option<notices::Notices>,
}

impl Engine {
    pub(crate) fn new(plan: Rc<Plan>, mode: Mode) -> Self {
        Self {
            phase: Phase::New,
            running: None,
            iteration: None,
            grid: None,
            interval: plan.interval.value,
            priority: Priority::new(plan.nice.value, mode.niceness),
            queue: VecDeque::new(),
            stop: None,
            restart: Restart::default(),
            recovery: None,
            limits: Limits::of(&plan),
            idle_owed: false,
            timer_ran: false,
            call_ran: false,
            last_due: Mono::default(),
            lock_checked: Mono::default(),
            pid_checked: Mono::default(),
            pid_written: mode.pid_left,
            timers: Vec::new(),
            appointments: Vec::new(),
            draining: false,
            calls: VecDeque::new(),
            agenda: Agenda::of(&plan),
            plan,
            signals: VecDeque::new(),
            errors: VecDeque::new(),
            dump_wanted: false,
            dumped: mode.dumped,
            iterations: 0,
            locks_held: 0,
            plugins_set_up: 0,
            born: false,
            panicked: false,
            started: Mono::default(),
            failures: mode.failures,
            failed: None,
            random: mode.seed | 1,
            #[cfg(feature = "systemd")]
            notices: notices::Notices::of(&mode),
            mode,
        }
    }

    /// Takes in one thing that happened at `now` and appends what follows to `out`. The last action is always one that
    /// brings the next input (`Run`, `Wait`) or `Exit`, unless a step is still running or more is announced.
    pub(crate) fn step(&mut self, now: Mono, input: Input, out: &mut Vec<Action>) {
        self.limits.look_at(now);
        #[cfg(feature = "systemd")]
        let before = self.before_step(&input, out.len());
        match input {
            Input::Start => self.begin_start(now),
            Input::Woken => {}
            Input::ClockSet => self.on_clock_set(out),
            // The signal itself comes next, and nothing may begin before it.
            Input::StopSince(at) => return self.limits.asked(at),
            Input::Signal(signal) => self.on_signal(signal, out),
            Input::Ask(ask) => self.on_ask(now, ask, out),
            Input::Preflight(outcome) => self.on_preflight(outcome, out),
            #[cfg(feature = "workers")]
            Input::CallEnded(call) => self.on_call_ended(*call, out),
            Input::Drained => self.draining = false,
            Input::Broken(error) => self.give_up(&error, out),
            #[cfg(feature = "systemd")]
            Input::Untold => self.on_untold(now),
            Input::Done(outcome) => self.on_done(now, outcome, out),
            Input::Reply { source: Source::Calendar(hook), reply: Reply::Appointed(at) } => self.on_appointed(hook, at),
            Input::Reply { source: Source::Lock(lock), reply } => self.on_lock(now, lock, reply, out),
            // Nothing else answers in this way.
            Input::Reply { .. } => {}
        }
        if self.running.is_none() {
            self.go_on(now, out);
        }
        #[cfg(feature = "systemd")]
        self.tell(now, &before, out);
    }

    /// Until when the current iteration has time.
    pub(crate) fn next_due(&self) -> Option<Mono> {
        self.grid.map(|grid| grid.due())
    }

    /// Signals that have been taken in and not been answered yet.
    pub(crate) fn unheard(&self) -> Vec<Signal> {
        let dump = self.dump_wanted.then_some(Signal::USR1);
        let restart = self.restart.wanted_by_signal().then_some(Signal::HUP);
        self.signals.iter().copied().chain(dump).chain(restart).collect()
    }

    /// Whether there are timers beside the interval.
    pub(crate) fn has_timers(&self) -> bool {
        !self.timers.is_empty() || !self.appointments.is_empty()
    }

    /// The grid of the interval, for the next image.
    pub(crate) fn grid(&self) -> Option<Grid> {
        self.grid
    }

    /// The grids of the timers, for the next image.
    pub(crate) fn timers(&self) -> impl Iterator<Item = Grid> + '_ {
        self.timers.iter().map(|timer| timer.grid)
    }

    /// How many restarts after fatal errors came one after the other.
    pub(crate) fn failures(&self) -> u32 {
        self.failures
    }

    /// When the run-time variables were last written.
    pub(crate) fn dumped(&self) -> Option<Mono> {
        self.dumped
    }

    /// Why the image is being replaced.
    pub(crate) fn restart_cause(&self) -> &'static str {
        self.restart.cause
    }

    /// Replaces `list` by what is due next among the timers.
    pub(crate) fn list_timers(&self, list: &mut Vec<Due>) {
        list.clear();
        let row = |timer: &Timer| Due { trigger: self.plan.hooks[timer.hook].trigger, at: timer.grid.due() };
        list.extend(self.timers.iter().map(row).chain(self.appointments_due()));
    }

    /// Hands out queued steps, and finds new ones until there is one, or a reason to wait.
    fn go_on(&mut self, now: Mono, out: &mut Vec<Action>) {
        loop {
            // The only step that takes its time while the loop goes on: whoever waits here hears of signals.
            if self.draining {
                self.limit(now, Some(&Step::Drain { for_good: false }), out);
                out.push(Action::Wait(None));
                return;
            }
            if let Some(step) = self.queue.pop_front() {
                self.limit(now, Some(&step), out);
                if let Step::Drain { .. } = step {
                    self.draining = true;
                    out.push(Action::Run(step));
                    continue;
                }
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
                // The wait, or the end: what holds for it must be said before.
                let last = out.pop();
                self.limit(now, None, out);
                out.extend(last);
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests;
