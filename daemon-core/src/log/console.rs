//! Standard output as a log target: it may be a pipe that nobody reads, and the loop must not wait for it.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, RawFd};
use std::sync::atomic::{AtomicBool, Ordering};

use super::Target;
use crate::sys::nonblocking::Nonblocking;

/// How much is kept for a slow reader. What comes on top is lost and counted.
const KEPT: usize = 64 * 1024;

/// Something is kept for a slow reader: looked at before every wait, so without a lock.
static UNSENT: AtomicBool = AtomicBool::new(false);

/// Whether a slow reader still has something to take.
pub(super) fn is_behind() -> bool {
    UNSENT.load(Ordering::Relaxed)
}

/// Standard output, without waiting.
pub(crate) struct Console {
    out: Nonblocking,
    /// What the reader has not taken yet, in order; begins inside a line where a write took only a part.
    kept: Vec<u8>,
    /// The reader is gone for good.
    dead: bool,
    /// Why the last records were not taken, where it may get better: a full disk.
    failed: Option<io::Error>,
    /// Half a record is in the file, so the next must begin on a line of its own.
    torn: bool,
}

impl Console {
    pub(crate) fn new(fd: BorrowedFd<'_>) -> io::Result<Self> {
        Ok(Self { out: Nonblocking::new(fd)?, kept: Vec::new(), dead: false, failed: None, torn: false })
    }

    /// Sends as much of `kept` as is taken.
    fn send_kept(&mut self) -> io::Result<()> {
        let mut sent = 0;
        let result = loop {
            if sent == self.kept.len() {
                break Ok(());
            }
            match self.out.write(&self.kept[sent..]) {
                Ok(bytes) => sent += bytes,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => break Err(error),
            }
        };
        self.kept.drain(..sent);
        result
    }

    /// Where it is open.
    pub(crate) fn fd(&self) -> RawFd {
        self.out.as_fd().as_raw_fd()
    }

    /// Waits for the reader, at most `millis` milliseconds.
    pub(crate) fn wait(&self, millis: u16) {
        self.out.wait_writable(millis);
    }

    /// Whether somebody may be reading.
    pub(super) fn is_alive(&self) -> bool {
        !self.dead
    }

    /// The descriptor to watch when something is kept.
    pub(crate) fn unsent(&self) -> Option<BorrowedFd<'_>> {
        (!self.kept.is_empty() && !self.dead).then(|| self.out.as_fd())
    }
}

impl Target for Console {
    fn write(&mut self, lines: &[u8]) -> io::Result<()> {
        if self.dead {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        if self.kept.len() + lines.len() > KEPT {
            self.drain();
        }
        if self.kept.len() + lines.len() > KEPT.max(lines.len()) {
            return Err(io::Error::new(io::ErrorKind::WouldBlock, "standard output is not read fast enough"));
        }
        if self.torn {
            self.kept.push(b'\n');
        }
        self.kept.extend_from_slice(lines);
        self.drain();
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        self.torn = false;
        if self.dead { Err(io::ErrorKind::BrokenPipe.into()) } else { Ok(()) }
    }

    fn drain(&mut self) -> bool {
        match self.send_kept() {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => {
                let gone = [libc::EPIPE, libc::EIO, libc::EBADF, libc::ECONNRESET];
                self.dead = error.raw_os_error().is_some_and(|number| gone.contains(&number));
                // What was sent may end inside a line.
                self.torn = true;
                self.kept.clear();
                self.failed = Some(error);
            }
        }
        UNSENT.store(!self.kept.is_empty(), Ordering::Relaxed);
        self.kept.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;
    use std::os::fd::AsFd;

    /// A reader that stops costs memory up to a bound and nothing else; what was kept arrives when it reads again:
    /// fault 91.
    #[test]
    fn fault_091_a_stopped_reader_is_not_waited_for() {
        let (mut reader, writer) = io::pipe().expect("a pipe");
        let mut console = Console::new(writer.as_fd()).expect("a console");
        drop(writer);
        let mut taken = 0u64;
        let lost = loop {
            match console.write(format!("line {taken:08}\n").as_bytes()) {
                Ok(()) => taken += 1,
                Err(error) => break error,
            }
        };
        assert_eq!(lost.kind(), io::ErrorKind::WouldBlock);
        assert!(console.unsent().is_some());
        let mut text = Vec::new();
        let mut buffer = [0; 4096];
        while !console.drain() {
            let count = reader.read(&mut buffer).expect("read");
            text.extend_from_slice(&buffer[..count]);
        }
        drop(console);
        reader.read_to_end(&mut text).expect("read");
        let want: String = (0..taken).map(|n| format!("line {n:08}\n")).collect();
        assert_eq!(String::from_utf8(text).expect("text"), want);
    }

    /// A file on a full disk may have room again: the records are lost, standard output is not.
    #[test]
    fn fault_089_a_full_disk_is_a_loss_and_not_the_end() {
        let full = std::fs::File::options().write(true).open("/dev/full").expect("a full device");
        let mut console = Console::new(full.as_fd()).expect("a console");
        for _ in 0..3 {
            assert_eq!(console.write(b"x\n").unwrap_err().raw_os_error(), Some(libc::ENOSPC));
        }
        assert!(console.is_alive());
    }

    #[test]
    fn fault_090_a_reader_that_is_gone_is_an_error_and_no_panic() {
        let (reader, writer) = io::pipe().expect("a pipe");
        let mut console = Console::new(writer.as_fd()).expect("a console");
        drop(reader);
        assert_eq!(console.write(b"x\n").unwrap_err().kind(), io::ErrorKind::BrokenPipe);
        assert_eq!(console.write(b"x\n").unwrap_err().kind(), io::ErrorKind::BrokenPipe);
        assert!(console.unsent().is_none());
    }
}
