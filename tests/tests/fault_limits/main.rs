//! Faults of code that does not come back, with real processes: rows 2, 50 and 106 of the fault table.

mod hang;
mod start;
mod stop;
mod threads;

use std::process::Command;
use std::time::Duration;

use daemon_tests::{Child, Ended, Place, alone};

const DAEMON: &str = env!("CARGO_BIN_EXE_limits");

/// The daemon that hangs at `place`, on the lock of `at`.
fn hanging(at: &Place, place: &str, arguments: &[&str]) -> Command {
    let mut command = unlocked(arguments);
    command.env("HANG", place).arg("--lock").arg(at.lock());
    command
}

fn unlocked(arguments: &[&str]) -> Command {
    let mut command = Command::new(DAEMON);
    command.args(arguments).env_remove("HANG").env_remove("DIE").env_remove("MODE").env_remove("HOW");
    alone(&mut command);
    command
}

/// The next start on this lock finds it free and needs no repair.
fn expect_startable(at: &Place) {
    let mut command = unlocked(&["--ticks", "1"]);
    command.arg("--lock").arg(at.lock());
    Child::spawn(command).wait().expect_code(0);
}

/// It was cut: 70, and exactly one line that says where; that line is the last.
fn expect_cut(ended: &Ended, what: &[&str]) {
    ended.expect_code(70);
    let line = ended.lines.last().expect("a last line");
    assert!(line.contains("] ") && line.contains(" daemon error: "), "{line}");
    for part in what {
        assert!(line.contains(part), "{part:?} is not in {line:?}");
    }
    assert_eq!(ended.count("ending the process"), 1, "{ended:#?}");
}

/// The instant of the monotonic clock.
fn now() -> Duration {
    nix::time::clock_gettime(nix::time::ClockId::CLOCK_MONOTONIC).expect("a clock").into()
}

/// The instant at the end of a line.
fn instant(line: &str) -> Duration {
    let number = line.rsplit(' ').next().and_then(|text| text.trim().parse().ok());
    Duration::from_nanos(number.unwrap_or_else(|| panic!("no instant in {line:?}")))
}
