//! The way to a directory: every directory and every link that a path passes through, and what others could do to them.
//!
//! Each step is opened relative to the one before, so what was looked at is what is used, whatever is renamed or linked
//! meanwhile. Looking is all this does: nothing is made or changed.

use std::ffi::OsString;
use std::os::fd::OwnedFd;
use std::path::{Component, Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{OFlag, open, openat, readlinkat};
use nix::sys::stat::{FileStat, Mode, fstat};
use nix::sys::statfs::{PROC_SUPER_MAGIC, fstatfs};

use crate::error::{Error, Exit};
use crate::sys::process;

/// As many links as the kernel follows.
const LINKS: usize = 40;

/// Where a path leads.
pub(crate) struct Way {
    /// Open for what is opened relative to it.
    pub(crate) directory: OwnedFd,
    /// Its device and inode.
    pub(crate) place: (u64, u64),
    /// The first thing on the way that others could change.
    pub(crate) danger: Option<Error>,
    /// A link of somebody else's was followed, or one in a directory of somebody else's.
    pub(crate) misled: bool,
}

/// A way that is being walked.
struct Walk {
    here: OwnedFd,
    /// The same as a path without links.
    shown: PathBuf,
    /// What is still to be passed, the next one last.
    rest: Vec<OsString>,
    links: usize,
    danger: Option<Error>,
    misled: bool,
}

/// Walks to the directory `path`.
pub(crate) fn walk(path: &Path) -> Result<Way, Errno> {
    let path = std::path::absolute(path).map_err(|_| Errno::ENOENT)?;
    let shown = PathBuf::from("/");
    let mut walk = Walk { here: root()?, shown, rest: Vec::new(), links: 0, danger: None, misled: false };
    walk.push(&path);
    loop {
        let stat = fstat(&walk.here)?;
        let next = walk.rest.pop();
        let danger = danger_of_directory(&stat, next.is_none());
        walk.note("directory", danger.filter(|_| !is_of_the_kernel(&walk.here)), None);
        let Some(next) = next else {
            let Walk { here: directory, danger, misled, .. } = walk;
            return Ok(Way { directory, place: (stat.st_dev, stat.st_ino), danger, misled });
        };
        walk.step(next)?;
    }
}

fn root() -> Result<OwnedFd, Errno> {
    open("/", OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC, Mode::empty())
}

impl Walk {
    fn push(&mut self, path: &Path) {
        let parts = path.components().rev().filter(|part| matches!(part, Component::Normal(_) | Component::ParentDir));
        self.rest.extend(parts.map(|part| part.as_os_str().to_owned()));
    }

    /// Goes on to `next`, or follows it if it is a link.
    fn step(&mut self, next: OsString) -> Result<(), Errno> {
        let flags = OFlag::O_PATH | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        // O_DIRECTORY also makes the kernel mount what is mounted on demand.
        match openat(&self.here, next.as_os_str(), flags | OFlag::O_DIRECTORY, Mode::empty()) {
            Err(Errno::ENOTDIR | Errno::ELOOP) => {}
            there => {
                self.here = there?;
                if next == ".." {
                    self.shown.pop();
                } else {
                    self.shown.push(next);
                }
                return Ok(());
            }
        }
        let link = openat(&self.here, next.as_os_str(), flags, Mode::empty())?;
        let stat = fstat(&link)?;
        if stat.st_mode & libc::S_IFMT != libc::S_IFLNK {
            return Err(Errno::ENOTDIR);
        }
        self.links += 1;
        if self.links > LINKS {
            return Err(Errno::ELOOP);
        }
        let danger = danger_of_owner(stat.st_uid);
        self.note("link", danger.filter(|_| !is_of_the_kernel(&link)), Some(&next));
        self.misled |= self.danger.is_some();
        let target = PathBuf::from(readlinkat(&link, "")?);
        if target.is_absolute() {
            (self.here, self.shown) = (root()?, PathBuf::from("/"));
        }
        self.push(&target);
        Ok(())
    }

    /// Keeps the first danger: what is behind it may be anything.
    fn note(&mut self, what: &str, danger: Option<String>, name: Option<&OsString>) {
        if let (None, Some(danger)) = (&self.danger, danger) {
            let place = name.map_or_else(|| self.shown.clone(), |name| self.shown.join(name));
            self.danger = Some(Error::new(Exit::NoPermission, format!("{what} {} {danger}", place.display())));
        }
    }
}

/// Nobody can put anything into `/proc`, though it belongs to a user that does not exist in a container without a root of
/// its own.
pub(crate) fn is_of_the_kernel(place: &OwnedFd) -> bool {
    fstatfs(place).is_ok_and(|system| system.filesystem_type() == PROC_SUPER_MAGIC)
}

/// What an owner could do, and what to do about it.
fn danger_of_owner(owner: u32) -> Option<String> {
    let us = process::uid();
    if owner == 0 || owner == us {
        return None;
    }
    let whose = if us == 0 { "root".to_owned() } else { format!("root or to {}", process::user_name(us)) };
    let owner = process::user_name(owner);
    Some(format!("belongs to {owner}, who could replace files in it: use one that belongs to {whose}"))
}

/// What others could do to a directory, and what to do about it.
fn danger_of_directory(stat: &FileStat, innermost: bool) -> Option<String> {
    let mode = stat.st_mode & 0o7777;
    if let Some(danger) = danger_of_owner(stat.st_uid) {
        return Some(danger);
    }
    let sticky_above = !innermost && mode & 0o1000 != 0;
    if mode & 0o022 != 0 && !sticky_above {
        // A common one, as /tmp, is not for us to change.
        let advice = if mode & 0o1000 != 0 { "use a directory of your own" } else { "chmod go-w it, or use another" };
        return Some(format!("is writable by others (mode {mode:04o}), who could replace files in it: {advice}"));
    }
    None
}
