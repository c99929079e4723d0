//! A log file: opened for appending, written by one `write` a record.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::Target;

/// A file that records are appended to. Several processes may write to one file: a record is never torn.
pub(crate) struct FileTarget {
    file: File,
    /// The last record was cut short, so the next must begin on a line of its own.
    torn: bool,
}

impl FileTarget {
    /// Opens or creates `path`, mode 0640.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        // O_NONBLOCK matters for a FIFO alone: opening it, or its slow reader, must not hang the daemon.
        let flags = libc::O_NONBLOCK | libc::O_NOCTTY | libc::O_CLOEXEC;
        let file = OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o640)
            .custom_flags(flags)
            .open(path)?;
        Ok(Self { file, torn: false })
    }

    fn write_all(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            match self.file.write(bytes) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => {
                    bytes = &bytes[written..];
                    // True until the rest has followed.
                    self.torn = !bytes.is_empty();
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

impl Target for FileTarget {
    fn write(&mut self, lines: &[u8]) -> io::Result<()> {
        if self.torn {
            self.write_all(b"\n")?;
        }
        self.write_all(lines)
    }
}
