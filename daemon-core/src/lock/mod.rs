//! Locks: who may run.
//!
//! A [`Lock`] is what a declaration says; a [`Provider`] is what does it. Waiting, renewing and giving up are decided
//! by the engine, never by a provider: its calls return at once.

pub mod file;
#[cfg(feature = "workers")]
pub(crate) mod generation;
mod holder;

use std::fmt;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::str::FromStr;

use crate::clock::Boot;
use crate::error::{Error, unknown};

pub use crate::name::Name;
pub use holder::{Holder, Identity};

/// Which lock a daemon takes, as declared: `lock = "file"`, `lock = path("/run/x/y.lock")`, `lock = "none"`.
#[derive(Clone)]
pub struct Lock(Kind);

type MakeProvider = dyn Fn(&Identity) -> Box<dyn Provider>;

#[derive(Clone)]
enum Kind {
    None,
    File { path: Option<PathBuf>, any_file_system: bool },
    Own { name: String, make: Rc<MakeProvider> },
}

impl Lock {
    /// No lock: any number of instances may run. What a daemon without `lock` has.
    #[must_use]
    pub const fn none() -> Self {
        Self(Kind::None)
    }

    /// A locked file in the state directory: `/run/NAME/NAME.lock` for root, `~/.local/state/NAME/NAME.lock` for
    /// others. At most one instance of that name runs per machine and user; see [`file`](mod@file) for the promise.
    #[must_use]
    pub const fn file() -> Self {
        Self(Kind::File { path: None, any_file_system: false })
    }

    /// A locked file of this name. Its directory must belong to root or to the daemon's user and be writable by nobody
    /// else.
    #[must_use]
    pub fn path(path: impl Into<PathBuf>) -> Self {
        Self(Kind::File { path: Some(path.into()), any_file_system: false })
    }

    /// Accepts a file system on which a lock is known to be doubtful (NFS, CIFS, FUSE …). Without this such a place is
    /// refused with 69.
    #[must_use]
    pub fn any_file_system(self) -> Self {
        match self.0 {
            Kind::File { path, .. } => Self(Kind::File { path, any_file_system: true }),
            other => Self(other),
        }
    }

    /// A lock of your own. `make` is called once, at start, with the identity to store as the holder.
    pub fn own<P: Provider + 'static>(name: &str, make: impl Fn(&Identity) -> P + 'static) -> Self {
        Self(Kind::Own { name: name.to_owned(), make: Rc::new(move |identity| Box::new(make(identity))) })
    }

    /// Whether this is [`Lock::none`].
    #[must_use]
    pub const fn is_none(&self) -> bool {
        matches!(self.0, Kind::None)
    }

    /// The file this lock uses, if it is one.
    ///
    /// # Errors
    /// When the state directory can not be told.
    pub fn file_path(&self, name: &Name) -> Result<Option<PathBuf>, Error> {
        match &self.0 {
            Kind::File { path: Some(path), .. } => Ok(Some(path.clone())),
            Kind::File { path: None, .. } => {
                Ok(Some(crate::directory::state(name.as_str())?.join(format!("{name}.lock"))))
            }
            _ => Ok(None),
        }
    }

    /// What does the locking; `None` for [`Lock::none`].
    pub(crate) fn provider(&self, name: &Name, base: &Path) -> Result<Option<Box<dyn Provider>>, Error> {
        match &self.0 {
            Kind::None => Ok(None),
            Kind::Own { make, .. } => Ok(Some(make(&Identity::new(name.clone())))),
            Kind::File { path, any_file_system } => {
                let place = match path {
                    Some(path) => path.clone(),
                    None => {
                        let directory = crate::directory::state(name.as_str())?;
                        crate::directory::create(&directory)?;
                        directory.join(format!("{name}.lock"))
                    }
                };
                let lock = file::FileLock::new(base.join(place), Identity::new(name.clone()));
                Ok(Some(Box::new(if *any_file_system { lock.on_any_file_system() } else { lock })))
            }
        }
    }
}

impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::None => f.write_str("none"),
            Kind::File { path: None, .. } => f.write_str("file"),
            Kind::File { path: Some(path), .. } => write!(f, "path({:?})", path.display().to_string()),
            Kind::Own { name, .. } => f.write_str(name),
        }
    }
}

impl fmt::Debug for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Own locks are equal when their names are: what they do can not be compared.
impl PartialEq for Lock {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Kind::None, Kind::None) => true,
            (Kind::File { path, any_file_system }, Kind::File { path: p, any_file_system: a }) => {
                path == p && any_file_system == a
            }
            (Kind::Own { name, .. }, Kind::Own { name: n, .. }) => name == n,
            _ => false,
        }
    }
}

/// A text that names no lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotALock(String);

impl fmt::Display for NotALock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotALock {}

/// `file`, `none`, or an absolute path.
impl FromStr for Lock {
    type Err = NotALock;

    fn from_str(text: &str) -> Result<Self, NotALock> {
        match text {
            "file" => Ok(Self::file()),
            "none" => Ok(Self::none()),
            path if path.starts_with('/') => Ok(Self::path(path)),
            word => Err(NotALock(unknown("lock", word, ["file", "none", "/absolute/path"]))),
        }
    }
}

/// What came of trying to take a lock.
#[derive(Debug)]
pub enum Acquired {
    /// It is ours.
    Held(Held),
    /// Somebody else has it.
    Busy(Holder),
    /// The request may or may not have been carried out; the engine asks again.
    Unknown(String),
    /// It can not be had here: no permission, no such place, no locking, no server. The error says with which code to
    /// end.
    Unreachable(Error),
}

/// What holding a lock entitles to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Held {
    /// Until when it is ours without renewal; `None` for a lock the kernel keeps as long as the process lives.
    pub deadline: Option<Boot>,
    /// A number that grows with each holder, where the lock can promise one.
    pub token: Option<u64>,
}

/// What came of renewing, or of looking whether the lock is still ours.
#[derive(Debug)]
pub enum Renewal {
    /// Still ours.
    Held(Held),
    /// Not ours any more, and why.
    Lost(String),
    /// It could not be told.
    Unknown(String),
}

/// What does the locking. No call may wait for another holder or for longer than a short time-out.
pub trait Provider {
    /// For the log and the dump: `file /run/pulse/pulse.lock`.
    fn describe(&self) -> String;

    /// Tries to take the lock, once.
    fn acquire(&mut self) -> Acquired;

    /// Renews the lock, or checks that it is still ours.
    fn renew(&mut self) -> Renewal;

    /// Gives the lock back, if it is ours.
    fn release(&mut self);

    /// Descriptors that hold the lock and must survive an in-place restart.
    fn kept(&self) -> Vec<BorrowedFd<'_>> {
        Vec::new()
    }

    /// Takes the lock over from the image before an in-place restart, by the descriptors it kept. None at all: what was
    /// handed over could not be read, and the provider must find by itself what it still holds.
    fn resume(&mut self, kept: Vec<OwnedFd>) -> Acquired {
        drop(kept);
        self.acquire()
    }

    /// Whether worker processes inherit the descriptors that [`kept`](Self::kept) names, and so share the lock.
    fn is_of_workers(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locks_are_read_and_printed() {
        assert_eq!("file".parse(), Ok(Lock::file()));
        assert_eq!("none".parse(), Ok(Lock::none()));
        assert_eq!("/run/x.lock".parse(), Ok(Lock::path("/run/x.lock")));
        assert!("flie".parse::<Lock>().unwrap_err().to_string().contains("did you mean `file`"));
        assert_eq!(Lock::path("/run/x").to_string(), "path(\"/run/x\")");
    }
}
