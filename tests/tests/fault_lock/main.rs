//! Faults around the file lock, with real processes: rows 17 to 23 of the fault table, the crontab deployment, and what
//! the original's lock file could do (B22).

mod files;
mod killed;
mod leaks;
mod places;
mod race;
mod second;

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use daemon_tests::{Child, Ended, Place, alone};
use nix::time::{ClockId, clock_gettime};

/// A daemon that holds the lock it is told.
const HOLDER: &str = env!("CARGO_BIN_EXE_lock_holder");
/// Everybody else around a lock.
const ACTOR: &str = env!("CARGO_BIN_EXE_lock_actor");

/// The daemon, on the lock of this place.
fn holder(place: &Place, arguments: &[&str]) -> Command {
    let mut command = Command::new(HOLDER);
    command.arg("--lock").arg(place.lock()).args(arguments);
    alone(&mut command);
    command
}

/// A running daemon that has the lock, and when it got it.
fn start_holder(place: &Place, arguments: &[&str]) -> (Child, u64) {
    let mut child = Child::spawn(holder(place, arguments));
    let line = child.wait_for("held at ");
    (child, number(&line))
}

/// One more daemon on the same lock, to its end.
fn second(place: &Place, arguments: &[&str]) -> Ended {
    Child::spawn(holder(place, arguments)).wait()
}

/// Another process around the lock.
fn actor(mode: &str, lock: &Path, more: &[&str]) -> Command {
    let mut command = Command::new(ACTOR);
    command.arg(mode).arg(lock).args(more);
    command
}

/// The number at the end of a line.
fn number(line: &str) -> u64 {
    let word = line.rsplit(' ').next().unwrap_or_default();
    word.parse().expect("a number at the end")
}

/// The monotonic clock, as the processes write it.
fn now() -> u64 {
    let time = clock_gettime(ClockId::CLOCK_MONOTONIC).expect("a clock");
    let part = |number: i64| u64::try_from(number).expect("a positive time");
    part(time.tv_sec()) * 1_000_000_000 + part(time.tv_nsec())
}

/// How long after `began`, by the monotonic clock, something was.
fn since(began: u64, ended: u64) -> Duration {
    Duration::from_nanos(ended.saturating_sub(began))
}

/// Whether somebody holds the file itself, whatever second interlock there is.
fn is_flocked(lock: &Path) -> bool {
    let file = File::open(lock).expect("the lock file is there");
    // SAFETY: no memory is passed, and the descriptor is open.
    let outcome = unsafe { libc::flock(file.as_raw_fd(), libc::LOCK_EX | libc::LOCK_NB) };
    if outcome == 0 {
        return false;
    }
    let error = io::Error::last_os_error();
    assert_eq!(error.kind(), io::ErrorKind::WouldBlock, "{error}");
    true
}

/// All a process said.
fn said(ended: &Ended) -> String {
    format!("{}\n{}", ended.lines.join("\n"), ended.errors)
}
