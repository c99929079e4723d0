//! A lock that a daemon shares with its workers, so that no worker of a daemon that was killed still acts when the next one
//! begins.
//!
//! The workers inherit the very descriptor: the kernel frees the lock when the last of them is gone, however it went. Unlike
//! other providers this one waits a little, since workers of a killed daemon are ended by the kernel within milliseconds.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::PathBuf;
use std::time::Duration;

use nix::errno::Errno;
use nix::fcntl::{FlockArg, OFlag, open};
use nix::sys::stat::Mode;

use super::{Acquired, Held, Provider, Renewal};
use crate::error::{Error, Exit};
use crate::lock::file::flock;
use crate::sys::signals;

/// How often it is tried, a millisecond apart.
const TRIES: usize = 5_000;

/// The lock of one generation of workers, on a file that is never removed.
pub(crate) struct Generation {
    path: PathBuf,
    held: Option<OwnedFd>,
}

impl Generation {
    /// On a file beside the daemon's lock, in a directory that was checked for that.
    pub(crate) fn beside(lock: PathBuf) -> Self {
        Self { path: lock.with_extension("workers"), held: None }
    }

    fn try_acquire(&mut self) -> Result<(), Error> {
        let failed = |error: Errno| {
            Error::new(Exit::CantCreate, format!("can not lock {}: {}", self.path.display(), error.desc()))
        };
        let flags = OFlag::O_RDWR | OFlag::O_CREAT | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC | OFlag::O_NONBLOCK;
        let file = open(&self.path, flags, Mode::from_bits_truncate(0o600)).map_err(failed)?;
        for _ in 0..TRIES {
            match flock(file.as_fd(), FlockArg::LockExclusiveNonblock) {
                Ok(()) => {
                    self.held = Some(file);
                    return Ok(());
                }
                // Whoever asks for a stop does not wait for strangers.
                Err(Errno::EWOULDBLOCK) if signals::stops() > 0 => break,
                Err(Errno::EWOULDBLOCK) => std::thread::sleep(Duration::from_millis(1)),
                Err(error) => return Err(failed(error)),
            }
        }
        let text = format!(
            "workers of a daemon that is gone still run, and hold {}: end them (fuser {} names them)",
            self.path.display(),
            self.path.display()
        );
        Err(Error::new(Exit::TempFail, text))
    }
}

impl Provider for Generation {
    fn describe(&self) -> String {
        format!("workers {}", self.path.display())
    }

    fn acquire(&mut self) -> Acquired {
        match self.try_acquire() {
            Ok(()) => Acquired::Held(Held::default()),
            Err(error) => Acquired::Unreachable(error),
        }
    }

    fn renew(&mut self) -> Renewal {
        Renewal::Held(Held::default())
    }

    fn release(&mut self) {
        self.held = None;
    }

    fn kept(&self) -> Vec<BorrowedFd<'_>> {
        self.held.iter().map(AsFd::as_fd).collect()
    }

    fn resume(&mut self, kept: Vec<OwnedFd>) -> Acquired {
        self.held = kept.into_iter().next();
        if self.held.is_some() { Acquired::Held(Held::default()) } else { self.acquire() }
    }

    fn is_of_workers(&self) -> bool {
        true
    }
}
