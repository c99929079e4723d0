//! Where a daemon comes from: what is found out once, at its first start, and what later images inherit.

use std::os::fd::{OwnedFd, RawFd};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use crate::clock::{Mono, Wall};
use crate::engine::HangUp;
use crate::error::{Error, Exit};
use crate::handover::Handover;
use crate::kept::Kept;
use crate::role::Role;
use crate::schedule::Grid;
use crate::signal::Signal;
use crate::standing::Standing;
use crate::stats::Stats;
use crate::sys::reenter::{self, Origin};
use crate::sys::{process, signals};

/// `/dev/null`, on every Linux.
const NULL_DEVICE: u64 = 0x103;

/// The circumstances of this image.
pub(crate) struct Birth {
    /// The program as it was named at the first start.
    pub(crate) program: PathBuf,
    /// The directory that relative paths count from.
    pub(crate) base: PathBuf,
    pub(crate) standing: Standing,
    /// What a hang-up means.
    pub(crate) hang_up: HangUp,
    /// An init system wants to hear from us.
    #[cfg(feature = "systemd")]
    pub(crate) supervision: Option<crate::engine::Supervision>,
    /// Restarted in place: what the image before left.
    pub(crate) inherited: Option<Inherited>,
}

/// What one image inherits from the one before.
#[derive(Default)]
pub(crate) struct Inherited {
    /// When restarts after fatal errors happened, the newest last.
    pub(crate) recoveries: Vec<Mono>,
    /// How many restarts after fatal errors came one after the other.
    pub(crate) failures: u32,
    /// The grid of the interval.
    pub(crate) grid: Option<Grid>,
    /// The grids of the timers, in declared order.
    pub(crate) timers: Vec<Grid>,
    /// Each lock in words, and the descriptors that it kept.
    pub(crate) locks: Vec<(String, Vec<OwnedFd>)>,
    /// When the run-time variables were last written.
    pub(crate) dumped: Option<Mono>,
    /// What was counted so far.
    pub(crate) stats: Option<Stats>,
    /// The author's own state.
    pub(crate) state: Option<Kept>,
    /// What each hook that follows the wall clock waits for.
    pub(crate) appointments: Vec<(String, Wall)>,
    /// Calls of workers that wait.
    #[cfg_attr(not(feature = "workers"), allow(dead_code, reason = "a program without workers has no use for them"))]
    pub(crate) calls: Vec<OwnedFd>,
    /// What was handed over could be read; else all the rest is missing.
    pub(crate) believed: bool,
}

impl Birth {
    /// The circumstances of an image in this role. Ask before signals are listened for.
    pub(crate) fn of(role: Role, origin: &Origin) -> Result<Self, Error> {
        match role {
            Role::Restarted(Some(handover)) => Ok(Self::restarted(*handover, origin)),
            Role::Restarted(None) => Self::first(standing_again(origin), origin, Some(Inherited::default())),
            Role::Daemon => Self::first(Standing::Detached, origin, None),
            Role::Contained => Self::first(Standing::Contained, origin, None),
            // A worker is no daemon: it does not come here.
            #[cfg(feature = "workers")]
            Role::Worker(..) => Self::first(Standing::Foreground, origin, None),
            Role::Front | Role::Preflight => Self::first(Standing::Foreground, origin, None),
        }
    }

    fn first(standing: Standing, origin: &Origin, inherited: Option<Inherited>) -> Result<Self, Error> {
        process::set_first_uid(process::uid());
        let base = std::env::current_dir().map_err(|error| os("can not tell the working directory", &error))?;
        Ok(Self::with(program()?, base, standing, origin, inherited))
    }

    fn restarted(handover: Handover, origin: &Origin) -> Self {
        let Handover {
            program,
            base,
            owner,
            standing,
            recoveries,
            failures,
            grid,
            timers,
            locks,
            appointments,
            calls,
            dumped,
            stats,
            state,
            ..
        } = handover;
        process::set_first_uid(owner);
        let adopt =
            |(name, numbers): (String, Vec<RawFd>)| (name, numbers.into_iter().filter_map(reenter::adopt).collect());
        let inherited = Inherited {
            recoveries,
            failures,
            grid: grid.map(Grid::from_parts),
            timers: timers.into_iter().map(Grid::from_parts).collect(),
            locks: locks.into_iter().map(adopt).collect(),
            appointments,
            calls: calls.into_iter().filter_map(reenter::adopt).collect(),
            dumped,
            stats: stats.map(Stats::restarted),
            state,
            believed: true,
        };
        Self::with(program, base, standing, origin, Some(inherited))
    }

    fn with(
        program: PathBuf,
        base: PathBuf,
        standing: Standing,
        origin: &Origin,
        inherited: Option<Inherited>,
    ) -> Self {
        Self {
            program,
            base,
            standing,
            hang_up: hang_up(standing, origin),
            #[cfg(feature = "systemd")]
            supervision: origin.wanted.as_ref().map(|wanted| crate::engine::Supervision::new(wanted.watchdog)),
            inherited,
        }
    }
}

/// In daemon mode a hang-up means "restart": detached, in a container, or under an init system that wants to hear from
/// us.
/// From a terminal it means that the terminal is gone, unless `nohup` said that this is all right.
pub(crate) fn hang_up(standing: Standing, origin: &Origin) -> HangUp {
    if standing != Standing::Foreground || origin.is_supervised() {
        HangUp::Restart
    } else if process::has_terminal() && !signals::ignored(Signal::HUP) {
        HangUp::Stop
    } else {
        HangUp::Ignore
    }
}

/// How a daemon stands whose handover can not be believed. Only daemon mode restarts, and only a detached daemon is
/// without a standard output.
fn standing_again(origin: &Origin) -> Standing {
    let output = std::fs::metadata("/proc/self/fd/1").map_or(NULL_DEVICE, |output| output.rdev());
    match origin.is_supervised() {
        true => Standing::Foreground,
        false if output == NULL_DEVICE => Standing::Detached,
        false => Standing::Contained,
    }
}

/// The absolute path of this program.
pub(crate) fn program() -> Result<PathBuf, Error> {
    reenter::program_path().map_err(|error| os("can not tell where the program is", &error))
}

fn os(what: &str, error: &std::io::Error) -> Error {
    Error::new(Exit::Os, format!("{what}: {error}"))
}
