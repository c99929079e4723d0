//! What goes into the engine and what comes out: plain data, without behaviour.

use std::time::Duration;

use log::Level;

use super::limits::Limit;
use crate::clock::Mono;
use crate::context::{Ask, Cause};
use crate::error::{Error, Exit};
use crate::lock::{Acquired, Renewal};
use crate::schedule::Grid;
use crate::signal::Signal;
use crate::stats::Count;

/// How the daemon was started: what the engine must know of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mode {
    /// One iteration, then stop.
    pub(crate) once: bool,
    /// A lock held by another is a clean and silent exit.
    pub(crate) quiet_if_locked: bool,
    /// What a hang-up means.
    pub(crate) hang_up: HangUp,
    /// When restarts after fatal errors happened, the newest last.
    pub(crate) recoveries: Vec<Mono>,
    /// This image comes after another.
    #[cfg(feature = "systemd")]
    pub(crate) again: bool,
    /// The image before a restart in place has left a PID file, which names this process.
    pub(crate) pid_left: bool,
    /// How many restarts after fatal errors came one after the other.
    pub(crate) failures: u32,
    /// When the image before wrote the run-time variables.
    pub(crate) dumped: Option<Mono>,
    /// The grid of the image before an in-place restart.
    pub(crate) grid: Option<Grid>,
    /// The grids of its timers, in declared order.
    pub(crate) timers: Vec<Grid>,
    /// When `main` began.
    pub(crate) began: Mono,
    /// There is a PID file to write.
    pub(crate) pid_file: bool,
    /// The process is to become another user, or to make sure of who it is.
    pub(crate) becomes: bool,
    /// An init system wants to hear from us.
    #[cfg(feature = "systemd")]
    pub(crate) supervision: Option<super::Supervision>,
    /// There are pools of workers.
    pub(crate) workers: bool,
    /// How many locks there are to take, in order.
    pub(crate) locks: usize,
    /// How nice the process is at the start of this image.
    pub(crate) niceness: i32,
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
    /// The stop signal that comes next arrived then: while a step ran, nobody could tell.
    StopSince(Mono),
    /// The step that was asked for is done.
    Done(Result<(), Error>),
    /// Something outside answered.
    Reply { source: Source, reply: Reply },
    /// A hook asks for something.
    Ask(Ask),
    /// The trial start of a new program has ended.
    Preflight(Result<(), String>),
    /// The wall clock was set: times of day are elsewhere now.
    ClockSet,
    /// A call of a worker has ended.
    #[cfg(feature = "workers")]
    CallEnded(Box<crate::worker::Call>),
    /// No worker is left.
    Drained,
    /// The loop can not wait any more.
    Broken(Error),
    /// The init system takes no more at the moment: what was to be told waits.
    #[cfg(feature = "systemd")]
    Untold,
}

/// Who answers: the things outside that the engine asks and that take their time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// The lock of this number.
    Lock(usize),
    /// The calendar, about the hook of this number.
    Calendar(usize),
}

/// An answer.
#[derive(Debug)]
pub(crate) enum Reply {
    /// To [`Step::Acquire`].
    Acquired(Acquired),
    /// To [`Step::Renew`].
    Renewed(Renewal),
    /// To [`Action::Appoint`]: when the hook runs next, if it ever does.
    Appointed(Option<Mono>),
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
    /// Open the log's targets: not before the lock is held, for the file may be another instance's. Asked once more after
    /// [`Step::DropPrivileges`], for a file that only the new user may open.
    OpenLog,
    /// Set the process priority.
    Nice(i32),
    /// Write the PID file: not before the lock is held, for it may be another instance's.
    WritePid,
    /// Become the user that is declared, for good: not before lock, log and PID file are there, and before anything of
    /// the author's runs. A failure ends the daemon.
    DropPrivileges,
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
    /// Pack the state that the next image gets.
    Keep,
    /// Let workers finish what they have, and end them; answered by [`Input::Drained`], while the loop goes on.
    Drain {
        /// No image comes after this one: what waits for a worker is given up.
        for_good: bool,
    },
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
    /// From now on this limit holds, and no other.
    Limit(Option<Limit>),
    /// From then on hooks see that their share of the stop is over.
    CancelAt(Option<Mono>),
    /// Write the run-time variables to the log.
    Dump,
    /// The start is complete.
    Ready,
    /// Tell when a hook of the calendar runs next.
    Appoint(usize),
    /// Tell it for all of them, since the wall clock was set.
    Reappoint,
    /// Try whether the program starts.
    Preflight,
    /// End a trial that takes too long.
    KillPreflight,
    /// The interval in force has changed.
    Interval(Duration),
    /// A stop has been decided: hooks can see it from now on.
    Stopping,
    /// Tell the init system.
    #[cfg(feature = "systemd")]
    Tell(super::Notice),
    /// End the process, with the reason if it is not a clean end.
    Exit(Exit, Option<String>),
}
