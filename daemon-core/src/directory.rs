//! Directories for state: where ours is, and whether others could tamper with one.
//!
//! The place follows from the user and the daemon's name alone, never from the environment: a daemon started by cron
//! has no `XDG_RUNTIME_DIR`, and two places would mean two holders of one lock.

pub(crate) mod way;

use std::fs::{self, DirBuilder};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use way::Way;

use crate::error::{Error, Exit};
use crate::sys::process;

/// Where the daemon called `name` keeps its state: `/run/NAME` for root, `~/.local/state/NAME` for others, with the
/// home directory of the user database. The user is the one who started it, even when it has become another since then.
///
/// # Errors
/// [`Exit::CantCreate`] when the user has no home directory.
pub fn state(name: &str) -> Result<PathBuf, Error> {
    let uid = process::first_uid();
    if uid == 0 {
        return Ok(Path::new("/run").join(name));
    }
    match process::home(uid) {
        Some(home) if home.is_dir() => Ok(home.join(".local/state").join(name)),
        _ => {
            let user = process::user_name(uid);
            let text = format!("user {user} has no home directory for the lock: name a place with lock = path(\"/…\")");
            Err(Error::new(Exit::CantCreate, text))
        }
    }
}

/// The log of a background daemon that declares none: `NAME.log` in [`state`].
pub(crate) fn background_log(name: &str) -> Result<PathBuf, Error> {
    Ok(state(name)?.join(format!("{name}.log")))
}

/// Makes the directory and what is missing above it: 0755 for root, whose state others may see, 0700 for users, whatever
/// the umask says. A daemon that has become another user since its start makes nothing.
///
/// # Errors
/// [`Exit::NoPermission`] or [`Exit::CantCreate`], with the path and the system's reason.
pub fn create(path: &Path) -> Result<(), Error> {
    if path.is_dir() || process::uid() != process::first_uid() {
        return Ok(());
    }
    let mode = if process::uid() == 0 { 0o755 } else { 0o700 };
    let missing: Vec<&Path> = path.ancestors().take_while(|level| !level.is_dir()).collect();
    let made = missing.into_iter().rev().try_for_each(|level| make(level, mode));
    made.map_err(|error| {
        let exit = match error.kind() {
            io::ErrorKind::PermissionDenied => Exit::NoPermission,
            _ => Exit::CantCreate,
        };
        Error::new(exit, format!("can not create the directory {}: {error}", path.display()))
    })
}

/// One level, which another process may make at the same time.
fn make(level: &Path, mode: u32) -> io::Result<()> {
    match DirBuilder::new().mode(mode).create(level) {
        // Whatever the umask took away.
        Ok(()) => fs::set_permissions(level, PermissionsExt::from_mode(mode)),
        Err(_) if level.is_dir() => Ok(()),
        Err(error) => Err(error),
    }
}

/// Refuses a directory in which somebody else could put, rename or remove files: it must belong to root or to us and
/// be writable by its owner only; so must all that the path passes through, where a sticky bit also does, and the links
/// among them. Says which directory it is, by device and inode.
///
/// # Errors
/// [`Exit::NoPermission`] for a directory that is not safe, [`Exit::CantCreate`] for one that is not there.
pub fn check(path: &Path) -> Result<(u64, u64), Error> {
    checked(path).map(|(_, place)| place)
}

/// As [`check`], and opens it: what is opened relative to this descriptor is in the very directory that was checked, even
/// if a link on the way to it is changed meanwhile.
pub(crate) fn checked(path: &Path) -> Result<(OwnedFd, (u64, u64)), Error> {
    let Way { directory, place, danger, .. } = way::walk(path).map_err(|error| {
        let text = format!("directory {}: {}", path.display(), error.desc());
        Error::new(Exit::CantCreate, text)
    })?;
    danger.map_or(Ok((directory, place)), Err)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::MetadataExt;

    fn temp(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("daemon-core-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).expect("a directory");
        path
    }

    #[test]
    fn a_directory_others_can_write_is_refused() {
        let path = temp("open");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).expect("a mode");
        let meta = fs::metadata(&path).expect("there");
        assert_eq!(check(&path), Ok((meta.dev(), meta.ino())));
        // A sticky bit keeps others from renaming our file, not from making one before us.
        for mode in [0o777, 0o1777, 0o770] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("a mode");
            assert_eq!(check(&path).expect_err("writable by others").exit(), Exit::NoPermission, "{mode:o}");
        }
        fs::remove_dir_all(path).expect("removed");
    }

    /// The directory it leads to is ours alone; but who owns the link decides which one it is.
    #[test]
    fn fault_023_a_link_that_others_could_change_is_refused() {
        use std::os::unix::fs::{chown, lchown, symlink};
        assert_eq!(process::uid(), 0, "this test plays another user: run it as root");
        let path = temp("links");
        let (real, others) = (path.join("real"), path.join("others"));
        for directory in [&path, &real, &others] {
            fs::create_dir_all(directory).expect("a directory");
            fs::set_permissions(directory, fs::Permissions::from_mode(0o755)).expect("a mode");
        }
        symlink(&real, path.join("ours")).expect("a link");
        symlink("../real", others.join("theirs")).expect("a link");
        symlink("others/theirs", path.join("chain")).expect("a link");
        symlink("loop", path.join("loop")).expect("a link");
        let refused = |name: &str| check(&path.join(name)).expect_err(name);
        assert_eq!(check(&path.join("others/theirs")), check(&real));
        chown(&others, Some(65_534), None).expect("somebody else's");
        for bad in ["others/theirs", "chain", "others/../real", "ours/../chain", "others"] {
            let error = refused(bad);
            let wanted = format!("{} belongs to nobody", others.display());
            assert!(error.exit() == Exit::NoPermission && error.to_string().contains(&wanted), "{bad}: {error}");
            assert!(error.to_string().ends_with("use one that belongs to root"), "{error}");
        }
        assert_eq!(check(&path.join("ours")), check(&real));
        lchown(path.join("ours"), Some(65_534), None).expect("somebody else's");
        assert!(refused("ours").to_string().starts_with(&format!("link {}", path.join("ours").display())));
        assert_eq!(refused("loop").exit(), Exit::CantCreate);
        assert_eq!(refused("real/missing").exit(), Exit::CantCreate);
        fs::remove_dir_all(path).expect("removed");
    }

    #[test]
    fn a_directory_that_is_not_there_can_not_hold_a_lock() {
        assert_eq!(check(Path::new("/nowhere/at/all")).expect_err("missing").exit(), Exit::CantCreate);
    }
}
