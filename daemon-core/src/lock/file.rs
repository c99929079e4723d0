//! The file lock: `flock` on a file that is never removed, and a name in the kernel beside it.
//!
//! **Promise: exclusive** among the processes of one machine that use the same file. The kernel gives the lock back
//! when its holder ends, however it ends; there is nothing to clean up. The file stays: removing it is what would let
//! two processes hold "the" lock on two files. If somebody else removes or replaces it, the kernel name still keeps a
//! second instance out, and the holder notices within a tick (at most once a second) and stops with 75.
//!
//! It can **not** promise anything across machines, on network file systems (refused with 69 unless
//! [`Lock::any_file_system`](super::Lock::any_file_system) is said), or between containers that share neither the file
//! nor the network namespace.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::errno::Errno;
use nix::fcntl::{FlockArg, OFlag, open};
use nix::sys::stat::{Mode, fchmod};

use super::holder::{FREE, LONGEST};
use super::{Acquired, Held, Holder, Identity, Provider, Renewal};
use crate::error::{Error, Exit};
use crate::sys::interlock::{self, Taken};
use crate::sys::{name_owner, process, reenter};

/// How often the path is looked at again when it changed between opening and locking.
const TRIES: usize = 16;
/// How often, a millisecond apart, a kernel name is tried while the file says that its holder has gone: a process that
/// ends gives its descriptors back one after the other.
const NAME_TRIES: usize = 100;

/// A file lock. Use it through [`Lock::file`](super::Lock::file), or by hand:
///
/// ```
/// use daemon_core::lock::{Acquired, Identity, Name, Provider, file::FileLock};
/// # let directory = std::env::temp_dir().join(format!("lock-doc-{}", std::process::id()));
/// # std::fs::create_dir_all(&directory)?;
/// # std::fs::set_permissions(&directory, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
///
/// let mut lock = FileLock::new(directory.join("my.lock"), Identity::new(Name::new("my")?));
/// assert!(matches!(lock.acquire(), Acquired::Held(_)));
/// lock.release();
/// # std::fs::remove_dir_all(directory)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct FileLock {
    path: PathBuf,
    identity: Identity,
    any_file_system: bool,
    held: Option<Hold>,
}

/// What we hold: closing these gives the lock back, the name first, so that whoever gets the file finds the name free.
struct Hold {
    /// `None` where the network namespace has no room for the name, or somebody squats it.
    name: Option<OwnedFd>,
    file: File,
    /// Which file was locked; the path must keep leading to it.
    inode: (u64, u64),
}

impl FileLock {
    /// A lock on `path`, which should be absolute; nothing is opened yet.
    #[must_use]
    pub const fn new(path: PathBuf, identity: Identity) -> Self {
        Self { path, identity, any_file_system: false, held: None }
    }

    /// Accepts file systems on which `flock` is doubtful.
    #[must_use]
    pub fn on_any_file_system(mut self) -> Self {
        self.any_file_system = true;
        self
    }

    fn try_acquire(&mut self) -> Result<Acquired, Error> {
        let directory = self.path.parent().unwrap_or(Path::new("/"));
        let place = crate::directory::check(directory)?;
        for _ in 0..TRIES {
            let file = self.open()?;
            let meta = self.check_file(&file)?;
            match flock(file.as_fd(), FlockArg::LockExclusiveNonblock) {
                Ok(()) => {}
                Err(Errno::EWOULDBLOCK) => return Ok(Acquired::Busy(read_holder(&file))),
                Err(error) => return Err(self.no_locking(error)),
            }
            let inode = (meta.dev(), meta.ino());
            // Replaced between opening and locking: we locked a file nobody else will look at.
            if inode_of(&self.path).ok() == Some(inode) {
                return self.take_name(file, inode, place, meta.uid());
            }
        }
        let text = format!("lock {}: the file is being replaced all the time", self.path.display());
        Err(Error::new(Exit::CantCreate, text))
    }

    fn open(&self) -> Result<File, Error> {
        // O_NONBLOCK only so that a FIFO in its place does not hang us.
        let flags = OFlag::O_RDWR | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC | OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
        let there = match open(&self.path, flags, Mode::empty()) {
            // Most of the time it is there: it is never removed.
            Err(Errno::ENOENT) => self.create(flags),
            there => there.map(File::from),
        };
        there.map_err(|error| {
            let shown = self.path.display();
            match error {
                Errno::ELOOP => Error::new(Exit::CantCreate, format!("lock {shown} is a symbolic link: remove it")),
                Errno::EACCES | Errno::EPERM => {
                    Error::new(Exit::NoPermission, format!("can not open the lock {shown}: {}", error.desc()))
                }
                _ => Error::new(Exit::CantCreate, format!("can not open the lock {shown}: {}", error.desc())),
            }
        })
    }

    /// Makes the file, with a mode that the umask has no say in: a lock that its own user can not open any more would be
    /// none. Another process may make it at the same time.
    fn create(&self, flags: OFlag) -> nix::Result<File> {
        let mode = Mode::from_bits_truncate(0o600);
        let file = open(&self.path, flags | OFlag::O_CREAT, mode)?;
        fchmod(&file, mode)?;
        Ok(file.into())
    }

    fn check_file(&self, file: &File) -> Result<std::fs::Metadata, Error> {
        let shown = self.path.display();
        let meta = file
            .metadata()
            .map_err(|error| Error::new(Exit::Os, format!("can not look at the lock {shown}: {error}")))?;
        if !meta.is_file() {
            return Err(Error::new(Exit::CantCreate, format!("lock {shown} is not a plain file: remove it")));
        }
        match process::network_file_system(file.as_fd()) {
            Some(name) if !self.any_file_system => Err(Error::new(
                Exit::Unavailable,
                format!(
                    "lock {shown} is on {name}, where locks can not be trusted: use a local directory, or declare Lock::path(…).any_file_system()"
                ),
            )),
            _ => Ok(meta),
        }
    }

    fn no_locking(&self, error: Errno) -> Error {
        let shown = self.path.display();
        match error {
            Errno::ENOLCK | Errno::ENOSYS | Errno::EOPNOTSUPP => {
                let text = format!("no locking on the file system of {shown}: {}", error.desc());
                Error::new(Exit::Unavailable, text)
            }
            _ => Error::new(Exit::Os, format!("flock {shown}: {}", error.desc())),
        }
    }

    /// The second interlock, once the file is ours. A name that can not be shown to belong to root or to us keeps nobody
    /// out: anybody could take it.
    fn take_name(&mut self, file: File, inode: (u64, u64), place: (u64, u64), owner: u32) -> Result<Acquired, Error> {
        let name = kernel_name(place, &self.path);
        let mut pid = None;
        for attempt in 0..NAME_TRIES {
            match interlock::take(&name) {
                Ok(Taken::Ours(fd)) => return Ok(self.hold(file, inode, Some(fd))),
                Ok(Taken::Held) => {}
                Err(error) => {
                    log::warn!(target: "daemon", "no kernel name for lock {}: {error}", self.path.display());
                    return Ok(self.hold(file, inode, None));
                }
            }
            // Once: each question takes a place with the one who is asked.
            if attempt == 0 {
                let peer = interlock::holder(&name);
                if let Some(stranger) = peer.filter(|peer| is_stranger(peer.uid, owner)) {
                    self.tell_of(Some(stranger.pid), Some(stranger.uid));
                    return Ok(self.hold(file, inode, None));
                }
                pid = peer.map(|peer| peer.pid);
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        // The kernel knows the owner of a socket that does not answer, too, and whether it still is who did.
        let uid = name_owner::of(&name);
        if uid.map_or(pid.is_none(), |uid| is_stranger(uid, owner)) {
            self.tell_of(None, uid);
            return Ok(self.hold(file, inode, None));
        }
        let pid = pid.and_then(|pid| u32::try_from(pid).ok());
        Ok(Acquired::Busy(Holder { pid, ..Holder::default() }))
    }

    fn tell_of(&self, pid: Option<i32>, uid: Option<u32>) {
        let shown = self.path.display();
        let pid = pid.map_or_else(|| "a process".to_owned(), |pid| format!("pid {pid}"));
        let user = uid.map_or_else(|| "an unknown user".to_owned(), |uid| format!("user {}", process::user_name(uid)));
        let text = "squats the kernel name of lock";
        log::warn!(target: "daemon", "{pid} of {user} {text} {shown}: going on with the file alone");
    }

    fn hold(&mut self, file: File, inode: (u64, u64), name: Option<OwnedFd>) -> Acquired {
        // Who holds it is for people: a full disk must not keep a daemon from starting.
        if let Err(error) = file.write_all_at(&self.identity.to_text(), 0) {
            log::warn!(target: "daemon", "can not write who holds lock {}: {error}", self.path.display());
        }
        self.held = Some(Hold { name, file, inode });
        Acquired::Held(Held::default())
    }
}

impl Provider for FileLock {
    fn describe(&self) -> String {
        format!("file {}", self.path.display())
    }

    fn acquire(&mut self) -> Acquired {
        self.try_acquire().unwrap_or_else(Acquired::Unreachable)
    }

    fn renew(&mut self) -> Renewal {
        let Some(hold) = &self.held else {
            return Renewal::Lost("it was never taken".into());
        };
        if let Some(name) = &hold.name {
            interlock::forget_questions(name.as_fd());
        }
        let shown = self.path.display();
        match inode_of(&self.path) {
            Ok(inode) if inode == hold.inode => Renewal::Held(Held::default()),
            Ok(_) => Renewal::Lost(format!("{shown} was replaced by another file")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Renewal::Lost(format!("{shown} was removed")),
            // A user that the process has become may not look there. A file without a name was removed or replaced.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => match hold.file.metadata() {
                Ok(meta) if meta.nlink() == 0 => Renewal::Lost(format!("{shown} was removed or replaced")),
                Ok(_) => Renewal::Held(Held::default()),
                Err(error) => Renewal::Unknown(format!("{shown}: {error}")),
            },
            Err(error) => Renewal::Unknown(format!("{shown}: {error}")),
        }
    }

    fn release(&mut self) {
        if let Some(hold) = self.held.take() {
            // The text stays, as the one who held it last; the file is never removed.
            let _ = hold.file.write_all_at(FREE, 0);
        }
    }

    fn kept(&self) -> Vec<BorrowedFd<'_>> {
        let Some(hold) = &self.held else {
            return Vec::new();
        };
        std::iter::once(hold.file.as_fd()).chain(hold.name.as_ref().map(AsFd::as_fd)).collect()
    }

    fn resume(&mut self, kept: Vec<OwnedFd>) -> Acquired {
        let mut kept = kept.into_iter();
        let inherited = || inode_of(&self.path).ok().and_then(reenter::inherited);
        let Some(file) = kept.next().or_else(inherited).map(File::from) else {
            return self.acquire();
        };
        // On the very descriptor that holds it this succeeds at once; on any other it tells that it is not ours.
        if flock(file.as_fd(), FlockArg::LockExclusiveNonblock).is_err() {
            return Acquired::Busy(read_holder(&file));
        }
        match file.metadata() {
            Ok(meta) => self.hold(file, (meta.dev(), meta.ino()), kept.next()),
            Err(error) => Acquired::Unreachable(Error::new(Exit::Os, format!("lock {}: {error}", self.path.display()))),
        }
    }
}

/// `flock`, again when a signal comes between.
#[allow(deprecated, reason = "nix's Flock owns the file and unlocks on drop; ours must survive an exec")]
pub(super) fn flock(fd: BorrowedFd<'_>, how: FlockArg) -> nix::Result<()> {
    use std::os::fd::AsRawFd;
    loop {
        match nix::fcntl::flock(fd.as_raw_fd(), how) {
            Err(Errno::EINTR) => {}
            other => return other,
        }
    }
}

/// Which file the path leads to now. A link in its place is not the file.
fn inode_of(path: &Path) -> io::Result<(u64, u64)> {
    std::fs::symlink_metadata(path).map(|meta| (meta.dev(), meta.ino()))
}

fn read_holder(file: &File) -> Holder {
    let mut buffer = [0; LONGEST];
    let len = file.read_at(&mut buffer, 0).unwrap_or(0);
    Holder::from_text(&String::from_utf8_lossy(&buffer[..len]))
}

/// Neither root, nor us, nor the owner of the file: such a process could not even open it, so it can not be another
/// instance.
fn is_stranger(uid: u32, owner: u32) -> bool {
    ![0, process::uid(), owner].contains(&uid)
}

/// The kernel name that goes with a lock file: the directory as the kernel knows it, and the name in it. So it stays
/// the same when the file is replaced, and is another in a container with a directory of its own.
fn kernel_name((device, inode): (u64, u64), path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().as_encoded_bytes();
    format!("daemon-core/{device:x}/{inode:x}/{:016x}", crate::name::fnv1a(name))
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
