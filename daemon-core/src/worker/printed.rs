//! What a worker prints: lines for the log, under the name of its pool.

use std::io::{self, Read};
use std::os::fd::AsFd;

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::epoll::Epoll;

/// The longest line of a worker's output that is kept together.
const LONGEST_LINE: usize = 4096;

/// Something a worker prints to.
pub(super) struct Output<P> {
    pub(super) pipe: P,
    line: Vec<u8>,
}

impl<P: AsFd> Output<P> {
    pub(super) fn new(pipe: P) -> io::Result<Self> {
        fcntl(pipe.as_fd(), FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
        Ok(Self { pipe, line: Vec::new() })
    }
}

/// Puts what a worker has printed into the log, line by line, so many chunks at most.
pub(super) fn print<P: Read + AsFd>(
    output: &mut Option<Output<P>>,
    name: &str,
    pid: u32,
    epoll: &Epoll,
    chunk: &mut [u8],
    most: usize,
) {
    let Some(from) = output else { return };
    for _ in 0..most {
        match from.pipe.read(chunk) {
            Ok(len) if len > 0 => from.take(&chunk[..len], name, pid),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
            // Its end, or as good as that.
            _ => {
                from.end_line(name, pid);
                let _ = epoll.delete(&from.pipe);
                *output = None;
                return;
            }
        }
    }
}

impl<P> Output<P> {
    fn take(&mut self, bytes: &[u8], name: &str, pid: u32) {
        for byte in bytes {
            match byte {
                b'\n' => self.end_line(name, pid),
                _ => self.line.push(*byte),
            }
            if self.line.len() >= LONGEST_LINE {
                self.end_line(name, pid);
            }
        }
    }

    pub(super) fn end_line(&mut self, name: &str, pid: u32) {
        if !self.line.is_empty() {
            ::log::info!(target: "daemon", "{name} {pid} printed: {}", String::from_utf8_lossy(&self.line));
            self.line.clear();
        }
    }
}
