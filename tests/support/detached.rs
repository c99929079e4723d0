//! A daemon that has left its launcher: found again by its lock, reaped by the test, killed when the test is over.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Once;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid, waitpid};
use nix::unistd::Pid;

use crate::{Child, Ended, PATIENCE, Place};

/// A detached daemon.
pub struct Detached {
    pid: Pid,
    log: PathBuf,
    reaped: bool,
}

impl Detached {
    /// Starts `program` with `-d`, the lock and the log of `place`, and `more`; waits for its launcher.
    ///
    /// # Errors
    /// How the launcher ended, when it did not end with 0.
    pub fn start<A: AsRef<OsStr>>(
        program: &str,
        place: &Place,
        more: impl IntoIterator<Item = A>,
    ) -> Result<Self, Ended> {
        let mut command = Command::new(program);
        command.args(more);
        Self::spawn(command, place)
    }

    /// As [`start`](Self::start), from a prepared command.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    ///
    /// # Panics
    /// When the lock does not say which process it is.
    pub fn spawn(mut command: Command, place: &Place) -> Result<Self, Ended> {
        command.arg("--lock").arg(place.lock());
        Self::spawn_with(command, place, &place.lock())
    }

    /// As [`spawn`](Self::spawn), with the lock that the program declares, which is at `lock`.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    ///
    /// # Panics
    /// As [`spawn`](Self::spawn).
    pub fn spawn_with(mut command: Command, place: &Place, lock: &Path) -> Result<Self, Ended> {
        adopt_orphans();
        let log = place.file("test.log");
        command.arg("-d").arg("--log").arg(&log);
        let ended = Child::spawn(command).wait();
        if ended.code != Some(0) {
            return Err(ended);
        }
        let pid = holder(lock).expect("the lock names its holder");
        Ok(Self { pid: Pid::from_raw(pid), log, reaped: false })
    }

    /// Its process number.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.pid.as_raw().cast_unsigned()
    }

    /// Sends it a signal. It is a child of ours and not reaped yet, so the number can not be somebody else's.
    ///
    /// # Panics
    /// When that is not possible.
    pub fn signal(&self, signal: Signal) {
        kill(self.pid, signal).expect("the process is there");
    }

    /// All it has logged.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Waits until its log holds `text` at least `times`.
    ///
    /// # Panics
    /// When that does not happen.
    pub fn wait_log(&self, text: &str, times: usize) {
        wait_until(&format!("{times} × {text:?} in the log"), || self.log().matches(text).count() >= times);
    }

    /// Waits until it ends; the exit code, or `None` when a signal ended it.
    ///
    /// # Panics
    /// When it hangs.
    pub fn wait(&mut self) -> Option<i32> {
        let mut code = None;
        wait_until("the end of the daemon", || match waitpid(self.pid, Some(WaitPidFlag::WNOHANG)) {
            Ok(WaitStatus::StillAlive) => false,
            Ok(WaitStatus::Exited(_, exit)) => {
                code = Some(exit);
                true
            }
            other => other.is_ok(),
        });
        self.reaped = true;
        code
    }

    /// As [`wait`](Self::wait), but leaves it unreaped, so that its number stays its own. Call `wait` afterwards.
    ///
    /// # Panics
    /// When it hangs.
    #[must_use]
    pub fn wait_unreaped(&self) -> Option<i32> {
        let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
        let mut status = WaitStatus::StillAlive;
        wait_until("the end of the daemon", || {
            status = waitid(Id::Pid(self.pid), flags).expect("a child of ours");
            status != WaitStatus::StillAlive
        });
        if let WaitStatus::Exited(_, code) = status { Some(code) } else { None }
    }

    /// Asks it to stop with TERM and waits for the end.
    pub fn stop(mut self) -> Option<i32> {
        self.signal(Signal::SIGTERM);
        self.wait()
    }
}

impl Drop for Detached {
    fn drop(&mut self) {
        if !self.reaped {
            let _ = kill(self.pid, Signal::SIGKILL);
            let _ = waitpid(self.pid, None);
        }
    }
}

/// A daemon whose launcher is gone becomes a child of the test, which learns how it ended.
fn adopt_orphans() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| nix::sys::prctl::set_child_subreaper(true).expect("a subreaper"));
}

/// A process that a daemon has left, which may be a child of the test now: killed when the test is over.
pub struct Orphan(Pid);

impl Orphan {
    /// The process of this number.
    #[must_use]
    pub const fn new(pid: Pid) -> Self {
        Self(pid)
    }

    /// Waits until it ends, and says how.
    ///
    /// # Panics
    /// When it does not, or is no child of ours.
    #[must_use]
    pub fn wait(self) -> WaitStatus {
        let mut status = WaitStatus::StillAlive;
        wait_until("the end of an orphan", || {
            status = waitpid(self.0, Some(WaitPidFlag::WNOHANG)).expect("an orphan of ours");
            status != WaitStatus::StillAlive
        });
        std::mem::forget(self);
        status
    }

    /// Kills it.
    ///
    /// # Panics
    /// When it is no longer there.
    pub fn kill(self) {
        kill(self.0, Signal::SIGKILL).expect("it is still there");
        let _ = self.wait();
    }
}

impl Drop for Orphan {
    fn drop(&mut self) {
        let _ = kill(self.0, Signal::SIGKILL);
        let _ = waitpid(self.0, None);
    }
}

/// The process that a lock file names as its holder.
#[must_use]
pub fn holder(lock: &Path) -> Option<i32> {
    let text = fs::read_to_string(lock).ok()?;
    text.lines().find_map(|line| line.strip_prefix("pid "))?.trim().parse().ok()
}

/// Waits for something that no descriptor tells of, such as the content of a file.
///
/// # Panics
/// When it does not happen.
pub fn wait_until(what: &str, mut happened: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !happened() {
        assert!(Instant::now() < end, "waited {PATIENCE:?} for {what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}
