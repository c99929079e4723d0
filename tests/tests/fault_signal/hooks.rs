//! Row 55: hooks on signals that go wrong; and that every signal which can be caught can have one.

use std::process::Command;

use daemon_tests::{Child, Place, alone, figure, rounds};
use nix::sys::signal::Signal;

use crate::{count_ticks, expect_clean, expect_orderly, only, start};

/// Fault: the hook on a signal panics.
/// Required: caught, logged with its place, exit code 70; shutdown and teardown run all the same.
#[test]
fn fault_055_a_panic_in_a_signal_hook_is_caught() {
    let full = rounds(100);
    for _ in 0..full {
        let place = Place::new();
        let mut child = start(&place, &["--mode", "panic"]);
        child.wait_for("tick 1 ends");
        child.signal(Signal::SIGUSR2);
        let ended = child.wait();
        ended.expect_code(70);
        let file = "subjects/signal_daemon.rs:";
        let line = &ended.lines[only(&ended, "panic at ")];
        assert!(line.contains(file) && line.ends_with("the hook of USR2 breaks"), "{line}");
        let line = &ended.lines[only(&ended, "panicked at ")];
        assert!(line.contains("on SIGUSR2 (") && line.contains(file), "{line}");
        expect_orderly(&ended, &place);
        assert_eq!(count_ticks(&ended, "begins"), count_ticks(&ended, "ends"));
    }
    figure("fault_055", &format!("caught, 70, torn down {full}/{full}; of 100"));
}

/// The number after `key` in the line of the shutdown, without its unit.
fn told<'a>(line: &'a str, key: &str) -> &'a str {
    let (_, rest) = line.split_once(key).expect("the key");
    rest.trim_start().split([' ', ';']).next().expect("a word")
}

/// Fault: the hook on a signal runs until after the next iteration was due.
/// Required: that iteration is late, or its slot is missed, and counted as such; it is no error and no overrun.
#[test]
fn fault_055_a_slow_signal_hook_is_lateness_and_no_error() {
    let place = Place::new();
    let mut child = start(&place, &["--mode", "block", "--interval", "200ms"]);
    child.wait_for("tick 1 ends");
    child.signal(Signal::SIGUSR2);
    child.wait_for("usr2 heard");
    child.wait_for("ends");
    let ended = child.stop();
    expect_clean(&ended);
    expect_orderly(&ended, &place);
    let line = &ended.lines[only(&ended, " shutdown;")];
    let latest = told(line, "max ");
    // The hook goes on for 5 ms after the iteration was due; shown as `5.1ms`, or in seconds on a machine that slept.
    let late = latest.strip_suffix("ms").is_some_and(|number| number.parse::<f64>().expect("a number") >= 5.0);
    let seconds = latest.ends_with('s') && !latest.ends_with("ms") && !latest.ends_with("µs");
    let missed = told(line, "missed ") != "0";
    assert!(late || seconds || missed, "{line}");
    assert_eq!(told(line, "overruns "), "0", "{line}");
    for word in ["error:", "warn:"] {
        assert_eq!(ended.count(word), 0, "{ended:#?}");
    }
    figure("fault_055", &format!("slow hook: lateness max {latest}"));
}

/// All signals with a name that can be caught, but the two that stop.
const NAMED: [(&str, i32); 23] = [
    ("SIGHUP", libc::SIGHUP),
    ("SIGQUIT", libc::SIGQUIT),
    ("SIGTRAP", libc::SIGTRAP),
    ("SIGABRT", libc::SIGABRT),
    ("SIGUSR1", libc::SIGUSR1),
    ("SIGUSR2", libc::SIGUSR2),
    ("SIGPIPE", libc::SIGPIPE),
    ("SIGALRM", libc::SIGALRM),
    ("SIGSTKFLT", libc::SIGSTKFLT),
    ("SIGCHLD", libc::SIGCHLD),
    ("SIGCONT", libc::SIGCONT),
    ("SIGTSTP", libc::SIGTSTP),
    ("SIGTTIN", libc::SIGTTIN),
    ("SIGTTOU", libc::SIGTTOU),
    ("SIGURG", libc::SIGURG),
    ("SIGXCPU", libc::SIGXCPU),
    ("SIGXFSZ", libc::SIGXFSZ),
    ("SIGVTALRM", libc::SIGVTALRM),
    ("SIGPROF", libc::SIGPROF),
    ("SIGWINCH", libc::SIGWINCH),
    ("SIGIO", libc::SIGIO),
    ("SIGPWR", libc::SIGPWR),
    ("SIGSYS", libc::SIGSYS),
];

/// The daemon with a hook on everything.
fn start_words() -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_signal_words"));
    let mut child = Child::spawn({
        alone(&mut command);
        command
    });
    child.wait_started();
    child
}

/// Required: every signal that can be caught, real-time signals included, runs the hook that was declared for it, and
/// after it the hook for all signals, each with the signal as its cause.
#[test]
fn every_signal_that_can_be_caught_can_have_a_hook() {
    let mut child = start_words();
    let named = NAMED.map(|(name, number)| (name.to_owned(), number));
    let realtime = (0..30).map(|n| (format!("SIGRTMIN+{n}"), libc::SIGRTMIN() + n));
    for (name, number) in named.into_iter().chain(realtime) {
        child.signal_number(number);
        let own = child.wait_for(" hook");
        let wanted = format!("own hook of {name}, cause Signal({name}).");
        assert!(own.ends_with(&wanted), "{own}, not {wanted}");
        let common = child.wait_for(" hook");
        let wanted = format!("common hook, cause Signal({name}).");
        assert!(common.ends_with(&wanted), "{common}, not {wanted}");
    }
    child.stop().expect_code(0);
}

/// Required: the signals that stop run their hooks as well, before the daemon goes.
#[test]
fn signals_that_stop_run_their_hooks_too() {
    for (name, signal) in [("SIGTERM", Signal::SIGTERM), ("SIGINT", Signal::SIGINT)] {
        let child = start_words();
        child.signal(signal);
        let ended = child.wait();
        ended.expect_code(0);
        only(&ended, &format!("own hook of {name}"));
        only(&ended, &format!("common hook, cause Signal({name})"));
    }
}
