//! Faults by signals, with real processes: rows 46 to 48, 51, 54 and 55 of the fault table, hang-ups, and what signals
//! did to the original's schedule (B8).

mod burst;
mod children;
mod hooks;
mod schedule;
mod start;
mod stop;

use std::fs::File;
use std::os::fd::AsRawFd;
use std::process::Command;

use daemon_tests::{Child, Ended, Place, alone};

/// A daemon that says what it does, step by step.
const WATCHED: &str = env!("CARGO_BIN_EXE_signal_daemon");

/// The daemon, on the lock of this place.
fn watched(place: &Place, arguments: &[&str]) -> Command {
    let mut command = Command::new(WATCHED);
    command.arg("--lock").arg(place.lock());
    command.arg("--held").arg(place.lock()).args(arguments);
    alone(&mut command);
    command
}

/// The daemon, running.
fn start(place: &Place, arguments: &[&str]) -> Child {
    Child::spawn(watched(place, arguments))
}

/// The index of the line with this text; there must be exactly one.
fn only(ended: &Ended, text: &str) -> usize {
    assert_eq!(ended.count(text), 1, "{text:?}: {ended:#?}");
    let found = ended.lines.iter().position(|line| line.contains(text));
    found.expect("counted just now")
}

/// Every part was taken down, in order and under the lock, which was given back last.
fn expect_orderly(ended: &Ended, place: &Place) {
    let steps = [" shutdown;", "state dropped", "second torn down, lock held", "first torn down, lock held"];
    let at = steps.map(|step| only(ended, step));
    assert!(at.is_sorted(), "{ended:#?}");
    assert!(!is_flocked(place), "the lock was not given back");
    let left = std::fs::read_to_string(place.lock()).expect("the lock file stays");
    assert!(!left.contains("pid "), "the lock was dropped, not given back: {left}");
}

/// Whether somebody holds the lock file.
fn is_flocked(place: &Place) -> bool {
    let Ok(file) = File::open(place.lock()) else {
        return false;
    };
    // SAFETY: no memory is passed, and the descriptor is open.
    unsafe { libc::flock(file.as_raw_fd(), libc::LOCK_EX | libc::LOCK_NB) != 0 }
}

/// Exit code 0, whatever was sent, and no tick that began without ending.
fn expect_clean(ended: &Ended) {
    ended.expect_code(0);
    let (began, over) = (count_ticks(ended, "begins"), count_ticks(ended, "ends"));
    assert_eq!(began, over, "an iteration was cut off, or one more began: {ended:#?}");
}

fn count_ticks(ended: &Ended, what: &str) -> usize {
    let is_tick = |line: &&String| line.contains(" tick ") && line.contains(what);
    ended.lines.iter().filter(is_tick).count()
}
