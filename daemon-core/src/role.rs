//! In which role this process runs. Every role runs the same `main`, which is why `declare` must be pure.

use std::os::fd::RawFd;
#[cfg(feature = "workers")]
use std::os::fd::{AsRawFd, OwnedFd};

use crate::error::{Error, Exit};
use crate::farewell::Farewell;
use crate::handover::Handover;
use crate::launch::Report;
use crate::sys::{detach, init, memfd, process, reenter};

/// The detached daemon, started by its launcher.
pub(crate) const DAEMON: &str = "daemon";
/// The daemon under the keeper of a container.
pub(crate) const CONTAINED: &str = "contained";
/// A trial start of a new program: does it load, does it understand its arguments and settings?
pub(crate) const PREFLIGHT: &str = "preflight";
/// The image after an in-place restart; a descriptor number follows.
const RESTARTED: &str = "restarted ";

/// A worker; the number of its pool, that of the daemon's process, and those of the descriptors it shall keep follow.
#[cfg(feature = "workers")]
const WORKER: &str = "worker ";

/// What this process is.
pub(crate) enum Role {
    /// Started by a person, cron or an init system: in the foreground, or the launcher of a detached daemon.
    Front,
    /// The detached daemon.
    Daemon,
    /// The daemon of a container, a child of process 1.
    Contained,
    /// A trial start.
    Preflight,
    /// A daemon after its restart in place; `None` when what was handed over can not be believed.
    Restarted(Option<Box<Handover>>),
    /// A worker of the pool of this number, and its line to the daemon.
    #[cfg(feature = "workers")]
    Worker(usize, OwnedFd),
}

impl Role {
    /// The role that `word` names. Takes over the descriptors that come with it; a detached daemon's line to its
    /// launcher, and what an image before has left, goes to `farewell`.
    pub(crate) fn enter(word: Option<&str>, farewell: &mut Farewell) -> Result<Self, Error> {
        match word {
            None => Ok(Self::Front),
            Some(PREFLIGHT) => Ok(Self::Preflight),
            Some(CONTAINED) => Ok(Self::Contained),
            Some(DAEMON) => {
                let failed = |error| Error::new(Exit::Os, format!("can not detach: {error}"));
                // First, so that the launcher hears why the rest fails: standard error will be gone.
                farewell.report = Report::to(detach::control_line().map_err(failed)?);
                detach::detach().map_err(failed)?;
                Ok(Self::Daemon)
            }
            #[cfg(feature = "workers")]
            Some(word) if word.starts_with(WORKER) => enter_worker(word),
            Some(word) => match word.strip_prefix(RESTARTED).and_then(|number| number.parse().ok()) {
                Some(number) => {
                    // Children of earlier images, which nobody here knows. This one has started none yet.
                    while init::reap().is_some() {}
                    let mut handover = handed_over(number).map(Box::new);
                    handover.iter_mut().for_each(|handover| farewell.inherit(handover));
                    Ok(Self::Restarted(handover))
                }
                None => Err(Error::new(Exit::Usage, format!("unknown role {word:?} in the environment"))),
            },
        }
    }
}

/// Closes what came along and is not for a process in this role: a trial needs nothing but its outputs, a worker nothing
/// but what is shared with it. The image after a restart gets what is meant for it alone, and a detached daemon closes the
/// rest when it has its line to the launcher.
pub(crate) fn shed(word: Option<&str>) {
    match word {
        Some(PREFLIGHT) => detach::close_inherited(&[]),
        #[cfg(feature = "workers")]
        Some(word) if word.starts_with(WORKER) => detach::close_inherited(&shared(word)),
        _ => {}
    }
}

/// The word for a worker of the pool of this number, which inherits these descriptors.
#[cfg(feature = "workers")]
pub(crate) fn worker(pool: usize, shared: &[OwnedFd]) -> String {
    let numbers: String = shared.iter().map(|fd| format!(" {}", fd.as_raw_fd())).collect();
    format!("{WORKER}{pool} {}{numbers}", process::pid())
}

/// The numbers of the descriptors that a worker inherits.
#[cfg(feature = "workers")]
fn shared(word: &str) -> Vec<RawFd> {
    word.split(' ').skip(3).filter_map(|number| number.parse().ok()).collect()
}

#[cfg(feature = "workers")]
fn enter_worker(word: &str) -> Result<Role, Error> {
    let unknown = || Error::new(Exit::Usage, format!("unknown role {word:?} in the environment"));
    let mut parts = word.split(' ').skip(1);
    let mut next = || parts.next().ok_or_else(unknown);
    let (pool, parent) = (next()?.parse().map_err(|_| unknown())?, next()?.parse().map_err(|_| unknown())?);
    if !crate::sys::worker::die_with(parent) {
        return Err(Error::new(Exit::TempFail, "the daemon of this worker is gone"));
    }
    // What the daemon shares with its workers is not for the commands they start.
    reenter::close_others_on_exec();
    crate::sys::signals::unblock();
    let line = crate::sys::worker::take_line()
        .map_err(|error| Error::new(Exit::Os, format!("the line of a worker: {error}")))?;
    Ok(Role::Worker(pool, line))
}

/// The word for an image that finds its handover behind descriptor `number`.
pub(crate) fn restarted(number: RawFd) -> String {
    format!("{RESTARTED}{number}")
}

fn handed_over(number: RawFd) -> Option<Handover> {
    let bytes = memfd::read(reenter::adopt(number)?).ok()?;
    Handover::from_bytes(bytes).filter(|handover| handover.pid == process::pid())
}
