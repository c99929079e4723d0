//! A daemon whose standard output and error a test arranges itself: closed, full, a pipe nobody reads.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::PATIENCE;

/// A running process, killed when the test is over.
pub struct Loose {
    process: std::process::Child,
    ended: bool,
}

impl Loose {
    /// Starts a prepared command with standard input empty.
    ///
    /// # Panics
    /// When it can not be started.
    #[must_use]
    pub fn spawn(mut command: Command) -> Self {
        let process = command.stdin(Stdio::null()).spawn().expect("the program starts");
        Self { process, ended: false }
    }

    /// Its process number.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// The reading end of its standard output, if that is a pipe of ours.
    pub fn take_output(&mut self) -> Option<std::process::ChildStdout> {
        self.process.stdout.take()
    }

    /// Sends it a signal.
    ///
    /// # Panics
    /// When that is not possible.
    pub fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.pid().cast_signed()), signal).expect("the process is there");
    }

    /// Waits until it ends: its exit code, or the negative number of the signal that killed it.
    ///
    /// # Panics
    /// When it hangs.
    #[must_use]
    pub fn wait(mut self) -> i32 {
        let mut status = None;
        wait_until("the process ends", || {
            status = self.process.try_wait().expect("a child of ours");
            status.is_some()
        });
        self.ended = true;
        let status = status.expect("it ended");
        status.code().unwrap_or_else(|| -status.signal().unwrap_or(0))
    }
}

impl Drop for Loose {
    fn drop(&mut self) {
        if !self.ended {
            let _ = self.process.kill();
            let _ = self.process.wait();
        }
    }
}

/// Waits until something is so.
///
/// # Panics
/// When it does not come to be.
pub fn wait_until(what: &str, mut so: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !so() {
        assert!(Instant::now() < end, "not in {PATIENCE:?}: {what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Keeps a number in `file`, whole at any moment.
///
/// # Errors
/// When it can not be written.
pub fn keep(file: &File, number: u64) -> std::io::Result<()> {
    file.write_all_at(format!("{number:020}").as_bytes(), 0)
}

/// The number a daemon keeps in `file`; 0 while there is none.
#[must_use]
pub fn number(file: &Path) -> u64 {
    let text = fs::read_to_string(file).unwrap_or_default();
    text.trim().parse().unwrap_or(0)
}

/// Waits until the number in `file` has grown by `more`, and answers with it.
///
/// # Panics
/// When it does not.
pub fn wait_grown(file: &Path, more: u64) -> u64 {
    let from = number(file);
    let mut now = from;
    wait_until(&format!("{} grows by {more}", file.display()), || {
        now = number(file);
        now >= from + more
    });
    now
}
