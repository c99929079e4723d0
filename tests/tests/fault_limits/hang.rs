//! Row 106: an iteration or a hook that does not come back.

use std::fs;
use std::io::Write;
use std::os::fd::AsRawFd;
use std::os::unix::fs::OpenOptionsExt;
use std::process::Stdio;
use std::time::Duration;

use daemon_tests::record::Line;
use daemon_tests::{Child, Detached, Place, figure, rounds, spread, traced, wait_until};
use nix::sys::signal::Signal;

use crate::{DAEMON, expect_cut, expect_startable, hanging, instant, now, unlocked};

/// Fault: an iteration loops for ever, locks a mutex twice, or reads what never comes.
/// Required: cut at its deadline with one line that says where, exit code 70; the next start needs no repair.
#[test]
fn fault_106_an_iteration_that_hangs_is_cut_at_its_deadline() {
    let (full, deadline) = (rounds(200), Duration::from_millis(100));
    for how in ["loop", "deadlock", "read"] {
        let mut late = Vec::new();
        for _ in 0..full {
            let place = Place::new();
            let mut command = hanging(&place, "execute", &["--deadline", "100ms"]);
            let mut child = Child::spawn({
                command.env("HOW", how);
                command
            });
            let began = instant(&child.wait_for("execute begins at"));
            let ended = child.wait();
            late.push(now().saturating_sub(began + deadline));
            expect_cut(&ended, &["execute (tests/subjects/limits.rs:", "has not ended after 100ms, its deadline"]);
            // Also told where a supervisor looks, as every other reason for the end.
            let told = ended.errors.trim_end();
            assert!(told.starts_with("limits: execute (") && told.ends_with("ending the process"), "{told:?}");
            assert_eq!(told.lines().count(), 1);
            expect_startable(&place);
        }
        let (p50, _, max) = spread(late);
        figure(
            "fault_106",
            &format!("{how}: from the deadline to the end p50 {p50:?}, max {max:?}; {full} of 200 rounds"),
        );
    }
}

/// The line is one of the log, with the moment of the cut in its stamp, wherever the log goes.
#[test]
fn fault_106_the_line_is_in_the_log_file() {
    let place = Place::new();
    let log = place.file("own.log");
    let mut command = hanging(&place, "execute", &["--deadline", "300ms"]);
    command.arg("--log").arg(&log);
    let ended = Child::spawn(command).wait();
    ended.expect_code(70);
    assert_eq!(ended.lines.len(), 0, "a log file was asked for: {ended:#?}");
    assert!(ended.errors.starts_with("limits: execute ("), "{ended:#?}");
    let text = fs::read_to_string(&log).expect("a log");
    let lines: Vec<Line> = text.lines().map(|line| Line::parse(line).expect("a line of a log")).collect();
    let [.., begins, cut] = lines.as_slice() else { panic!("{text}") };
    assert!(begins.message.contains("execute begins"), "{text}");
    assert!(cut.message.ends_with("its deadline: ending the process"), "{text}");
    let millis = |line: &str| -> i64 {
        let at = |from: usize, to: usize| line[from..to].parse::<i64>().expect("digits of a stamp");
        ((at(12, 14) * 60 + at(15, 17)) * 60 + at(18, 20)) * 1000 + at(21, 24)
    };
    let [.., first, second] = text.lines().collect::<Vec<_>>()[..] else { panic!("{text}") };
    let passed = (millis(second) - millis(first)).rem_euclid(86_400_000);
    assert!(passed >= 299, "the stamp of the cut is {passed} ms after the line before it");
}

#[test]
fn fault_106_a_detached_daemon_leaves_its_line_in_the_log() {
    let place = Place::new();
    let mut command = unlocked(&["--deadline", "50ms"]);
    command.env("HANG", "execute");
    let mut daemon = Detached::spawn(command, &place).unwrap_or_else(|ended| panic!("{ended:#?}"));
    assert_eq!(daemon.wait(), Some(70));
    assert!(daemon.log().contains("has not ended after 50ms, its deadline: ending the process"), "{}", daemon.log());
    expect_startable(&place);
}

/// A hook has the deadline that was declared for it alone, whatever holds for the others.
#[test]
fn fault_106_a_hook_has_a_deadline_of_its_own() {
    for arguments in [&[][..], &["--deadline", "1h"]] {
        let place = Place::new();
        let mut child = Child::spawn(hanging(&place, "signal", arguments));
        child.wait_started();
        child.signal(Signal::SIGUSR2);
        expect_cut(&child.wait(), &["on SIGUSR2 (tests/subjects/limits.rs:", "after 60ms, its deadline"]);
        expect_startable(&place);
    }
}

/// A thread of the author's that takes signals may be the one that takes ours: the cut is the same.
#[test]
fn fault_106_other_threads_do_not_keep_the_cut_away() {
    let place = Place::new();
    let mut command = hanging(&place, "execute", &["--deadline", "100ms"]);
    command.env("MODE", "threads").env("HOW", "deadlock");
    expect_cut(&Child::spawn(command).wait(), &["execute (", "its deadline"]);
    expect_startable(&place);
}

/// Where nobody reads what is said, it is not waited for.
#[test]
fn fault_106_a_reader_that_stopped_does_not_delay_the_cut() {
    let place = Place::new();
    let (reader, writer) = std::io::pipe().expect("a pipe");
    fill(&writer);
    let mut command = hanging(&place, "execute", &["--deadline", "100ms"]);
    command.stdin(Stdio::null()).stdout(writer.try_clone().expect("a second end")).stderr(writer);
    let mut child = command.spawn().expect("it starts");
    let mut status = None;
    wait_until("the end of the daemon", || {
        status = child.try_wait().expect("a child of ours");
        status.is_some()
    });
    assert_eq!(status.and_then(|status| status.code()), Some(70), "it was killed: {status:?}");
    drop(reader);
    expect_startable(&place);
}

/// To the last byte; the end that is given stays one that waits.
fn fill(pipe: &impl AsRawFd) {
    let path = format!("/proc/self/fd/{}", pipe.as_raw_fd());
    let mut own = fs::File::options().write(true).custom_flags(libc::O_NONBLOCK).open(path).expect("a second opening");
    while own.write(&[b'x'; 4096]).is_ok() {}
    while own.write(b"x").is_ok() {}
}

/// How often a run calls this.
fn calls(place: &Place, name: &str, arguments: &[&str]) -> usize {
    let trace = place.file("trace");
    let ended = Child::spawn(traced(DAEMON, arguments, &[], &trace)).wait();
    ended.expect_code(0);
    let text = fs::read_to_string(&trace).expect("strace's log");
    text.lines().filter(|line| line.starts_with(&format!("{name}("))).count()
}

/// A limit costs two system calls where it holds, and none where there is none.
#[test]
fn a_daemon_without_limits_makes_no_call_for_them() {
    let place = Place::new();
    let none = |ticks| calls(&place, "timer_settime", &["--ticks", ticks]);
    assert_eq!(none("50"), none("1"));
    let stop = |ticks| calls(&place, "timer_settime", &["--stop-timeout", "1h", "--ticks", ticks]);
    assert_eq!(stop("50"), stop("1"));
    let each = |ticks| calls(&place, "timer_settime", &["--deadline", "1h", "--ticks", ticks]);
    assert_eq!(each("50") - each("1"), 2 * 49);
    let unlimited = ["--start-timeout", "0", "--ticks", "3"];
    assert_eq!(calls(&place, "timer_create", &unlimited), 0, "nothing that has a limit ran");
}
