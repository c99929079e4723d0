//! Writes to a descriptor that others share with us, without ever waiting and without changing how it behaves for them.
//!
//! `O_NONBLOCK` belongs to the open file, which a shell, a terminal or a sibling process may share: setting it on our
//! standard output would set it for them. So a second opening of the same file is used where the kernel allows it.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};

use nix::fcntl::{OFlag, open};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::stat::{Mode, SFlag, fstat};

/// The most bytes one write to a pipe may hold and still never be mixed with another's or block once the pipe is
/// writable.
const PIPE_BUF: usize = 4096;

/// A descriptor to write to without waiting.
pub(crate) struct Nonblocking {
    fd: OwnedFd,
    way: Way,
}

enum Way {
    /// A plain file never waits. It is written through the descriptor given, whose place in the file is shared: a second
    /// opening would have a place of its own and overwrite what the others wrote.
    File,
    /// Our own opening of the file, with `O_NONBLOCK`.
    Own,
    /// A socket: each send says that it must not wait.
    Socket,
    /// A file shared with others that can not be opened again: ask first whether it takes a little.
    Shared,
}

impl Nonblocking {
    /// Takes a second hold of `fd`, which stays as it is.
    pub(crate) fn new(fd: BorrowedFd<'_>) -> io::Result<Self> {
        let kind = SFlag::from_bits_truncate(fstat(fd)?.st_mode) & SFlag::S_IFMT;
        if kind == SFlag::S_IFSOCK {
            return Ok(Self { fd: fd.try_clone_to_owned()?, way: Way::Socket });
        }
        if kind == SFlag::S_IFREG {
            return Ok(Self { fd: fd.try_clone_to_owned()?, way: Way::File });
        }
        let flags = OFlag::O_WRONLY | OFlag::O_NONBLOCK | OFlag::O_APPEND | OFlag::O_CLOEXEC | OFlag::O_NOCTTY;
        let path = format!("/proc/self/fd/{}", fd.as_raw_fd());
        match open(path.as_str(), flags, Mode::empty()) {
            Ok(fd) => Ok(Self { fd, way: Way::Own }),
            Err(_) => Ok(Self { fd: fd.try_clone_to_owned()?, way: Way::Shared }),
        }
    }

    /// Writes what the other side takes at once; `WouldBlock` when that is nothing.
    pub(crate) fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        match self.way {
            Way::File | Way::Own => Ok(nix::unistd::write(&self.fd, bytes)?),
            Way::Shared => {
                let mut asked = [PollFd::new(self.as_fd(), PollFlags::POLLOUT)];
                if poll(&mut asked, PollTimeout::ZERO)? == 0 {
                    return Err(io::ErrorKind::WouldBlock.into());
                }
                Ok(nix::unistd::write(&self.fd, &bytes[..bytes.len().min(PIPE_BUF)])?)
            }
            Way::Socket => self.send(bytes),
        }
    }

    fn send(&self, bytes: &[u8]) -> io::Result<usize> {
        let flags = libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL;
        // SAFETY: the pointer is valid for `bytes.len()` bytes, which the kernel only reads.
        let sent = unsafe { libc::send(self.fd.as_raw_fd(), bytes.as_ptr().cast(), bytes.len(), flags) };
        usize::try_from(sent).map_err(|_| io::Error::last_os_error())
    }

    /// Waits until the other side takes more, at most `millis` milliseconds.
    pub(crate) fn wait_writable(&self, millis: u16) {
        let mut asked = [PollFd::new(self.as_fd(), PollFlags::POLLOUT)];
        // Whatever comes of it, the next write tells.
        let _ = poll(&mut asked, PollTimeout::from(millis));
    }

    pub(crate) fn as_fd(&self) -> BorrowedFd<'_> {
        std::os::fd::AsFd::as_fd(&self.fd)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::AsFd;

    /// A pipe nobody reads takes what fits and then says so; the end we were given stays blocking.
    #[test]
    fn a_full_pipe_does_not_block_and_is_not_changed() {
        let (_reader, writer) = io::pipe().expect("a pipe");
        let ours = Nonblocking::new(writer.as_fd()).expect("a second opening");
        let mut taken = 0;
        let error = loop {
            match ours.write(&[b'x'; 1000]) {
                Ok(bytes) => taken += bytes,
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
        assert!(taken >= PIPE_BUF, "{taken}");
        let flags = nix::fcntl::fcntl(writer.as_fd(), nix::fcntl::FcntlArg::F_GETFL).expect("flags");
        assert_eq!(flags & libc::O_NONBLOCK, 0);
    }

    /// What a shell does: two writers through one descriptor on a file that was not opened for appending.
    #[test]
    fn a_plain_file_is_shared_and_not_overwritten() {
        let path = std::env::temp_dir().join(format!("daemon-core-shared-{}", std::process::id()));
        let mut file = std::fs::File::create(&path).expect("a file");
        let ours = Nonblocking::new(file.as_fd()).expect("a second hold");
        ours.write(b"ours\n").expect("written");
        io::Write::write_all(&mut file, b"theirs\n").expect("written");
        assert_eq!(std::fs::read_to_string(&path).expect("read"), "ours\ntheirs\n");
        std::fs::remove_file(path).expect("removed");
    }

    #[test]
    fn a_full_socket_does_not_block() {
        let (_reader, writer) = std::os::unix::net::UnixStream::pair().expect("a pair");
        let ours = Nonblocking::new(writer.as_fd()).expect("a second hold");
        let error = loop {
            if let Err(error) = ours.write(&[b'x'; 1000]) {
                break error;
            }
        };
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
    }
}
