//! The log file that root opens for the user it will become.
//!
//! Root opens nothing in a directory that somebody else controls, follows no link there and gives nothing away that has
//! a second name, or was there before. Whatever is doubtful is left to be opened by that user, with that user's rights.

use std::fs::File;
use std::os::fd::AsFd;
use std::os::unix::fs::{MetadataExt, fchown};
use std::path::Path;

use nix::fcntl::{OFlag, openat};
use nix::sys::stat::Mode;

use super::file::{self, FileTarget};

/// What came of it.
pub(super) struct Given {
    pub(super) file: FileTarget,
    /// Whose it is, and stays, where that is not the later user, who may be unable to open it again.
    pub(super) of: Option<u32>,
}

/// Opens the file, or creates it and gives it to `owner`; `None` where that is not safe, or not possible.
pub(super) fn open(path: &Path, (uid, gid): (u32, u32)) -> Option<Given> {
    let (directory, _) = crate::directory::checked(path.parent()?).ok()?;
    let name = path.file_name()?;
    let flags = OFlag::from_bits_retain(file::FLAGS) | OFlag::O_NOFOLLOW | OFlag::O_WRONLY | OFlag::O_APPEND;
    let found = openat(&directory, name, flags, Mode::empty());
    let (file, new) = match found.map(File::from) {
        Ok(file) => (file, false),
        Err(nix::errno::Errno::ENOENT) => {
            // Root alone can write in this directory: nobody makes the file in between.
            let create = flags | OFlag::O_CREAT | OFlag::O_EXCL;
            (File::from(openat(&directory, name, create, Mode::from_bits_truncate(file::MODE)).ok()?), true)
        }
        Err(_) => return None,
    };
    let meta = file.metadata().ok().filter(|meta| meta.is_file() && meta.nlink() == 1)?;
    if new {
        file::set_mode(&file).ok()?;
        fchown(file.as_fd(), Some(uid), Some(gid)).ok()?;
    }
    let of = Some(meta.uid()).filter(|owner| !new && *owner != uid);
    Some(Given { file: file.into(), of })
}
