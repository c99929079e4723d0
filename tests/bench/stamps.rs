//! Stamps of a subject: the clock they are taken with, the pipe they come through, the file they are left in.

use std::io::{self, Read};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::path::Path;

/// Nanoseconds of `CLOCK_MONOTONIC`, the clock of every stamp.
pub fn now() -> u64 {
    let mut at = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `at` is a valid timespec to write to, and the clock exists on every Linux.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut at) };
    at.tv_sec.cast_unsigned() * 1_000_000_000 + at.tv_nsec.cast_unsigned()
}

/// Microseconds between two stamps.
pub fn micros(from: u64, to: u64) -> f64 {
    to.saturating_sub(from) as f64 / 1e3
}

/// The `u64`s a subject left in a file.
pub fn load(path: &Path) -> io::Result<Vec<u64>> {
    let bytes = std::fs::read(path)?;
    Ok(bytes.chunks_exact(8).filter_map(|chunk| chunk.try_into().ok()).map(u64::from_ne_bytes).collect())
}

/// A pipe whose writing end a child inherits under a number it is told.
#[derive(Debug)]
pub struct StampPipe {
    from: std::fs::File,
    to: OwnedFd,
}

impl StampPipe {
    /// The reading end is ours alone, the writing end survives exec: we start one child at a time.
    pub fn new() -> io::Result<Self> {
        let mut ends = [-1; 2];
        // SAFETY: `ends` has room for the two descriptors.
        if unsafe { libc::pipe2(ends.as_mut_ptr(), 0) } != 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: both descriptors were just opened for us; closing on exec can not fail on an open one.
        unsafe {
            libc::fcntl(ends[0], libc::F_SETFD, libc::FD_CLOEXEC);
            Ok(Self { from: std::fs::File::from_raw_fd(ends[0]), to: OwnedFd::from_raw_fd(ends[1]) })
        }
    }

    /// The number for `BENCH_STAMP_FD`.
    pub fn number(&self) -> String {
        self.to.as_raw_fd().to_string()
    }

    /// The writing end as a child's standard input: one of the descriptors that a restart in place leaves open.
    pub fn as_input(&self) -> io::Result<std::process::Stdio> {
        Ok(self.to.try_clone()?.into())
    }

    /// To be called once the child runs: closes our copy of its end, so that its death ends the wait.
    pub fn started(self) -> Stamps {
        Stamps { from: self.from }
    }
}

/// The reading end.
#[derive(Debug)]
pub struct Stamps {
    from: std::fs::File,
}

impl Stamps {
    /// The next stamp.
    pub fn next(&mut self) -> io::Result<u64> {
        let mut bytes = [0; 8];
        self.from.read_exact(&mut bytes).map_err(|_| io::Error::other("ended before it was ready"))?;
        Ok(u64::from_ne_bytes(bytes))
    }
}
