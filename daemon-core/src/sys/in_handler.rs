//! What a signal handler may do to say something: text without an allocation, a write that never waits.

use std::os::fd::RawFd;

/// The longest text that one write to a pipe takes whole, and room for what stands around it.
const LONGEST: usize = 4096 + 512;

/// Writes to a socket, pipe, file or terminal, if that takes it at once.
pub(super) fn put(fd: RawFd, bytes: &[u8]) {
    if fd < 0 {
        return;
    }
    let (start, len) = (bytes.as_ptr().cast(), bytes.len());
    // SAFETY: the pointer is valid for `len` bytes, which the kernel only reads; `asked` lives for the call.
    unsafe {
        let sent = libc::send(fd, start, len, libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL);
        if sent >= 0 || *libc::__errno_location() != libc::ENOTSOCK {
            return;
        }
        let mut asked = libc::pollfd { fd, events: libc::POLLOUT, revents: 0 };
        if libc::poll(&raw mut asked, 1, 0) == 1 && asked.revents & libc::POLLOUT != 0 {
            libc::write(fd, start, len);
        }
    }
}

/// Whether both lead to the same file.
pub(super) fn same_file(a: RawFd, b: RawFd) -> bool {
    // SAFETY: all zeroes is a valid `stat`; the kernel only writes it.
    let place = |fd| unsafe {
        let mut stat: libc::stat = std::mem::zeroed();
        (libc::fstat(fd, &raw mut stat) == 0).then_some((stat.st_dev, stat.st_ino))
    };
    a >= 0 && place(a).is_some() && place(a) == place(b)
}

/// Bytes put together without an allocation; what does not fit is left out.
pub(super) struct Text {
    bytes: [u8; LONGEST],
    len: usize,
}

impl Text {
    pub(super) const fn new() -> Self {
        Self { bytes: [0; LONGEST], len: 0 }
    }

    /// These, one behind the other.
    pub(super) fn set(&mut self, parts: &[&[u8]]) {
        self.len = 0;
        parts.iter().for_each(|part| self.add(part));
    }

    fn add(&mut self, more: &[u8]) {
        let count = more.len().min(LONGEST - self.len);
        self.bytes[self.len..self.len + count].copy_from_slice(&more[..count]);
        self.len += count;
    }

    pub(super) fn get(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
    /// All of it, to be changed in place.
    pub(super) fn get_mut(&mut self) -> &mut [u8] {
        &mut self.bytes[..self.len]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;
    use std::os::fd::AsRawFd;

    /// A full pipe is not waited for, whatever its mode; a pipe with room gets all of it.
    #[test]
    fn a_full_pipe_is_not_waited_for() {
        let (mut reader, writer) = std::io::pipe().expect("a pipe");
        put(writer.as_raw_fd(), b"whole");
        let mut buffer = [0; 5];
        reader.read_exact(&mut buffer).expect("there");
        assert_eq!(&buffer, b"whole");
        // 64 KiB fit; more would hang here.
        (0..1000).for_each(|_| put(writer.as_raw_fd(), &[b'x'; 4096]));
    }

    #[test]
    fn what_does_not_fit_is_left_out() {
        let mut text = Text::new();
        text.add(&[b'x'; LONGEST - 1]);
        text.add(b"yz");
        assert!(text.get().len() == LONGEST && text.get().ends_with(b"xy"));
    }
}
