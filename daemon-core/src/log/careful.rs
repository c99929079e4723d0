//! The log file that root opens for itself.
//!
//! Where only root decides what a path leads to, it is opened as it is. In a directory of somebody else's root follows no
//! link, and writes to nothing but a plain file of its own with one name, or a new one: whatever else is there may have
//! been put there to be written to.

use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{OFlag, openat, readlinkat};
use nix::sys::stat::Mode;

use super::file::{self, FileTarget};
use crate::directory::way::{self, Way};
use crate::sys::process;

/// As many links as the kernel follows; also how often a file that comes and goes is tried.
const TRIES: usize = 40;

/// Opens or creates the file: with care as root, as it is for others, who can reach only what is theirs to reach.
pub(super) fn open(path: &Path) -> io::Result<FileTarget> {
    if process::uid() == 0 { open_as_root(path) } else { FileTarget::open(path) }
}

fn open_as_root(path: &Path) -> io::Result<FileTarget> {
    let mut path = path.to_owned();
    for _ in 0..TRIES {
        let name = path.file_name().ok_or(Errno::EISDIR)?;
        let parent = path.parent().unwrap_or(Path::new("/"));
        let way = way::walk(parent)?;
        let flags = OFlag::from_bits_retain(file::FLAGS) | OFlag::O_WRONLY | OFlag::O_APPEND;
        let flags = if leads_anywhere(&way) { flags } else { flags | OFlag::O_NOFOLLOW };
        match openat(&way.directory, name, flags, Mode::empty()) {
            Ok(file) => return accept(file.into(), &way),
            Err(Errno::ENOENT) if !way.misled => {
                let create = flags | OFlag::O_CREAT | OFlag::O_EXCL;
                match openat(&way.directory, name, create, Mode::from_bits_truncate(file::MODE)) {
                    // Another process was faster.
                    Err(Errno::EEXIST) => {}
                    made => {
                        let made = File::from(made?);
                        file::set_mode(&made)?;
                        return Ok(made.into());
                    }
                }
            }
            Err(Errno::ELOOP) if way.danger.is_none() => {
                let target = PathBuf::from(readlinkat(&way.directory, name)?);
                path = parent.join(target);
            }
            Err(error) => return Err(refusal(&way).unwrap_or_else(|| error.into())),
        }
    }
    Err(Errno::ELOOP.into())
}

/// `/dev/stdout` and the like lead to `/proc`, where the text of a link need not be a path.
fn leads_anywhere(way: &Way) -> bool {
    way.danger.is_none() && way::is_of_the_kernel(&way.directory)
}

/// What was found may be written to.
fn accept(file: File, way: &Way) -> io::Result<FileTarget> {
    let Some(refusal) = refusal(way) else { return Ok(file.into()) };
    let meta = file.metadata()?;
    let ours = !way.misled && meta.is_file() && meta.nlink() == 1 && meta.uid() == 0;
    if ours { Ok(file.into()) } else { Err(refusal) }
}

fn refusal(way: &Way) -> Option<io::Error> {
    let danger = way.danger.as_ref()?;
    Some(io::Error::other(format!("it is not a plain file of root's alone; {danger}")))
}
