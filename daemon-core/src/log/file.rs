//! A log file: opened for appending, written by one `write` a record.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek, Write};
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use super::Target;

/// A file that records are appended to. Several processes may write to one file: a record is never torn.
pub(crate) struct FileTarget {
    file: File,
    /// Half a record could not be taken back, so the next must begin on a line of its own.
    torn: bool,
}

/// `O_NONBLOCK` matters for a FIFO alone: opening it, or its slow reader, must not hang the daemon.
pub(super) const FLAGS: libc::c_int = libc::O_NONBLOCK | libc::O_NOCTTY | libc::O_CLOEXEC;
/// The mode of a new log file.
pub(super) const MODE: libc::mode_t = 0o640;

/// Gives a new file its mode, whatever the umask took away.
pub(super) fn set_mode(file: &File) -> io::Result<()> {
    file.set_permissions(PermissionsExt::from_mode(MODE))
}

impl From<File> for FileTarget {
    fn from(file: File) -> Self {
        Self { file, torn: false }
    }
}

impl FileTarget {
    /// Opens or creates `path`, mode 0640.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.append(true).custom_flags(FLAGS);
        match options.open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let file = options.create(true).mode(MODE).open(path)?;
                set_mode(&file)?;
                Ok(file.into())
            }
            file => file.map(Self::from),
        }
    }

    /// The same open file, for another image of the daemon.
    pub(crate) fn duplicate(&self) -> io::Result<OwnedFd> {
        self.file.try_clone().map(OwnedFd::from)
    }

    /// Where it is open.
    pub(crate) fn fd(&self) -> RawFd {
        self.file.as_raw_fd()
    }

    /// Writes all, or takes back what was written of it.
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut written = 0;
        while written < bytes.len() {
            match self.file.write(&bytes[written..]) {
                Ok(0) => return Err(self.take_back(written, io::ErrorKind::WriteZero.into())),
                Ok(count) => written += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.take_back(written, error)),
            }
        }
        Ok(())
    }

    /// Half a record is worse than none: it looks whole. It is cut off again if nobody wrote behind it meanwhile.
    #[cold]
    fn take_back(&mut self, written: usize, error: io::Error) -> io::Error {
        if written > 0 {
            self.torn = self.cut_off(written as u64).is_err();
        }
        error
    }

    fn cut_off(&mut self, written: u64) -> io::Result<()> {
        // After an appending write the position is where that write ended.
        let end = self.file.stream_position()?;
        if self.file.metadata()?.len() != end || end < written {
            return Err(io::ErrorKind::Other.into());
        }
        self.file.set_len(end - written)
    }
}

impl Target for FileTarget {
    fn write(&mut self, lines: &[u8]) -> io::Result<()> {
        if self.torn {
            self.write_all(b"\n")?;
            self.torn = false;
        }
        self.write_all(lines)
    }
}
