//! Ends that nothing can catch, and ends that the author's code takes by itself: faults 102 and 104.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use daemon_tests::record::Line;
use daemon_tests::{Child, Detached, Orphan, Place, each, figure, holder, proc, rounds, spread};
use nix::sys::signal::Signal;
use nix::unistd::Pid;

const DAEMON: &str = env!("CARGO_BIN_EXE_sudden");

fn command(place: &Place, more: &[&str]) -> Command {
    let mut command = Command::new(DAEMON);
    command.arg("--lock").arg(place.lock()).arg("-p").arg(place.file("x.pid")).arg("-v");
    command.arg("--log").arg(place.file("test.log")).args(more);
    command
}

/// The next start, with nothing done in between: how long it took until it was there, from `since`.
fn start_again(place: &Place, since: Instant) -> Duration {
    let mut next = Child::spawn(command(place, &[]));
    next.wait_started();
    let took = since.elapsed();
    let pid = format!("{}\n", next.pid());
    assert_eq!(fs::read_to_string(place.file("x.pid")).expect("a PID file"), pid);
    assert_eq!(holder(&place.lock()), Some(next.pid().cast_signed()));
    next.stop().expect_code(0);
    assert!(!place.file("x.pid").exists());
    took
}

/// Whole lines only, of the daemon that ended and of the next.
fn expect_whole(log: &Path) {
    let lines = Line::read(log);
    assert_eq!(lines.iter().filter(|line| line.message == "set up").count(), 2, "{lines:#?}");
}

/// Fault 102: two panics at once, a stack that is used up, a wild write, memory that can not be had, KILL. No teardown
/// runs, and none is needed: the next start finds the lock free, replaces the PID file, and goes on with the log.
#[test]
fn fault_102_after_an_end_that_nothing_catches_the_next_start_needs_no_repair() {
    let ends = [
        ("panic", libc::SIGABRT),
        ("overflow", libc::SIGABRT),
        ("fault", libc::SIGSEGV),
        ("memory", libc::SIGABRT),
        ("kill", libc::SIGKILL),
    ];
    let full = rounds(100);
    for (how, signal) in ends {
        let mut times = Vec::new();
        for _ in 0..full {
            let place = Place::new();
            let ended = Child::spawn(command(&place, &["--end", how, "--at", "tick"])).wait();
            let since = Instant::now();
            assert_eq!(ended.signal, Some(signal), "{how}: {ended:#?}");
            assert_eq!(ended.count("leaving") + ended.count("dropped"), 0, "{how}: nothing of it was torn down");
            assert!(place.file("x.pid").exists(), "{how}: nothing was left to replace");
            times.push(start_again(&place, since));
            expect_whole(&place.file("test.log"));
        }
        let (p50, p99, max) = spread(times);
        let text = format!("{how}: from the end to the next start complete p50 {p50:?}, p99 {p99:?}, max {max:?}");
        figure("fault_102", &format!("{text}; {full} of {full}, repairs 0"));
    }
}

/// Fault 102: the same in the background, where the launcher still waits when it happens in setup: it says so.
#[test]
fn fault_102_an_end_that_nothing_catches_in_setup_is_a_failed_start() {
    let count = each(["panic", "overflow", "fault", "memory", "kill"], |how| {
        let place = Place::new();
        let failed = Detached::start(DAEMON, &place, ["--end", how, "--at", "setup"]).err().expect("a failed start");
        assert!(failed.errors.contains("ended before it was ready"), "{failed:#?}");
        failed.expect_code(70);
        let next = Detached::start(DAEMON, &place, [""; 0]).expect("nothing has to be repaired");
        assert_eq!(next.stop(), Some(0));
    });
    figure("fault_102", &format!("in setup, in the background: {count} of {count} told by the launcher"));
}

/// Fault 104: `exit` and `_exit` in the author's code. The code is passed on, nothing is in the way of the next start.
#[test]
fn fault_104_an_exit_in_the_authors_code_is_passed_on() {
    let places = ["setup", "tick", "shutdown"];
    let cases = ["exit", "_exit"].into_iter().flat_map(|how| places.map(|at| (how, at)));
    let count = each(cases, |(how, at)| {
        let place = Place::new();
        let mut child = Child::spawn(command(&place, &["--end", how, "--at", at]));
        if *at == "shutdown" {
            child.wait_started();
            child.signal(Signal::SIGTERM);
        }
        let ended = child.wait();
        ended.expect_code(3);
        assert_eq!(ended.count("dropped"), 0);
        start_again(&place, Instant::now());
        expect_whole(&place.file("test.log"));
    });
    figure("fault_104", &format!("{count} of {count} exits passed on, the next start needs no repair"));
}

/// Fault 104: in the background. The launcher of a daemon that leaves in setup does not claim that it runs; the code of
/// one that leaves later is its parent's to see.
#[test]
fn fault_104_the_launcher_tells_the_truth_about_an_exit_in_setup() {
    let count = each(["exit", "_exit"], |how| {
        let place = Place::new();
        let failed = Detached::start(DAEMON, &place, ["--end", how, "--at", "setup"]).err().expect("a failed start");
        assert!(failed.errors.contains("ended before it was ready"), "{failed:#?}");
        failed.expect_code(70);
        let mut daemon = Detached::start(DAEMON, &place, ["--end", how, "--at", "tick"]).expect("it starts");
        assert_eq!(daemon.wait(), Some(3), "{how}");
        let next = Detached::start(DAEMON, &place, [""; 0]).expect("nothing has to be repaired");
        assert_eq!(next.stop(), Some(0));
    });
    assert_eq!(count, 2);
}

/// A process that the daemon has forked holds the line to the launcher open: the launcher goes all the same, at the word
/// and not at the end of the line.
#[test]
fn the_launcher_does_not_wait_for_who_else_holds_the_line() {
    let place = Place::new();
    let number = place.file("holder");
    let held = || fs::read_to_string(&number).ok().and_then(|text| text.parse().ok()).map(Pid::from_raw);
    let start = Detached::start(DAEMON, &place, ["--hold", number.to_str().expect("text")]);
    let held = held().expect("a process that holds the line");
    let orphan = Orphan::new(held);
    let daemon = start.expect("a start");
    // It is there, and still holds what was open in setup.
    let sockets = proc::descriptors(held.as_raw().cast_unsigned());
    assert!(sockets.iter().filter(|path| path.to_string_lossy().starts_with("socket:")).count() >= 4, "{sockets:?}");
    assert_eq!(daemon.stop(), Some(0));
    orphan.kill();
}
