//! Row 47: signals during the start, at every moment of it.

use std::collections::HashMap;
use std::fs;
use std::process::Command;
use std::time::Duration;

use daemon_tests::{Chance, Child, Ended, Place, alone, figure, rounds, spread, traced, with_pending};
use nix::sys::signal::Signal;

use crate::{WATCHED, count_ticks, expect_clean, is_flocked, only, watched};

/// All signals of which none may end a daemon by default action, with what each leaves in the log.
const KEPT: [(Signal, &str); 3] = [
    (Signal::SIGHUP, "SIGHUP: not started from a terminal"),
    (Signal::SIGUSR1, "run-time variables"),
    (Signal::SIGUSR2, "usr2 heard"),
];

/// The daemon with these signals waiting for the first statement of its `main`.
fn start_with(place: &Place, pending: &[Signal], arguments: &[&str]) -> Child {
    let numbers = pending.iter().map(|signal| *signal as i32).collect();
    let mut command = watched(place, arguments);
    with_pending(&mut command, numbers);
    Child::spawn(command)
}

/// It gave the start up: exit code 0, nothing left behind.
fn expect_given_up(ended: &Ended, place: &Place) {
    expect_clean(ended);
    assert!(!is_flocked(place), "the lock is still held");
}

/// Fault: TERM or INT is pending when the program starts.
/// Required: exit code 0 without an iteration, the lock free.
#[test]
fn fault_047_a_stop_before_main_gives_the_start_up() {
    let full = rounds(1000);
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        for _ in 0..full {
            let place = Place::new();
            let ended = start_with(&place, &[signal], &[]).wait();
            expect_given_up(&ended, &place);
            assert_eq!(count_ticks(&ended, "begins"), 0, "{ended:#?}");
        }
    }
    figure("fault_047", &format!("TERM, INT pending at exec: 0 killed of 2 x {full}; of 1000"));
}

/// Fault: any other signal of ours is pending when the program starts; at last all of them at once.
/// Required: it is heard, after which the daemon runs as if nothing was.
#[test]
fn fault_047_a_signal_before_main_is_heard() {
    let full = rounds(1000);
    let all = KEPT.map(|(signal, _)| signal);
    for _ in 0..full {
        for (signal, trace) in KEPT {
            let place = Place::new();
            let ended = start_with(&place, &[signal], &["--once"]).wait();
            expect_clean(&ended);
            only(&ended, "tick 1 ends");
            only(&ended, trace);
        }
        let place = Place::new();
        let ended = start_with(&place, &all, &["--once"]).wait();
        expect_clean(&ended);
        KEPT.iter().for_each(|(_, trace)| {
            only(&ended, trace);
        });
    }
    figure("fault_047", &format!("HUP, USR1, USR2 pending at exec: 0 killed, 0 lost of 4 x {full}; of 1000"));
}

/// Fault: a signal at a random moment from the exec on. (What comes before `main` is blocked by the test: no program
/// can do anything about it.) Required: TERM ends with 0, anything else leaves the daemon running.
#[test]
fn fault_047_a_signal_at_a_random_moment_of_the_start_kills_nothing() {
    let mut chance = Chance::fresh();
    let full = rounds(1000);
    let mut times = Vec::new();
    for _ in 0..full {
        let place = Place::new();
        let child = start_with(&place, &[], &[]);
        std::thread::sleep(chance.up_to(Duration::from_millis(6)));
        let sent = std::time::Instant::now();
        child.signal(Signal::SIGTERM);
        expect_given_up(&child.wait(), &place);
        times.push(sent.elapsed());
        for (signal, _) in KEPT {
            let place = Place::new();
            let child = start_with(&place, &[], &["--once"]);
            std::thread::sleep(chance.up_to(Duration::from_millis(6)));
            child.signal(signal);
            let ended = child.wait();
            expect_clean(&ended);
            only(&ended, "tick 1 ends");
        }
    }
    let (p50, p99, max) = spread(times);
    figure(
        "fault_047",
        &format!(
            "at a random moment: 0 killed of 4 x {full}, TERM to the exit p50 {p50:?}, p99 {p99:?}, max {max:?}; of 1000"
        ),
    );
}

/// One run under strace; gives how it ended and what strace wrote.
fn run_traced(place: &Place, injections: &[String], arguments: &[&str]) -> (Ended, String) {
    let lock = place.lock();
    let lock = lock.to_str().expect("a plain path");
    let log = place.file("trace");
    let arguments = ["--lock", lock].into_iter().chain(arguments.iter().copied());
    let mut command: Command = traced(WATCHED, arguments, injections, &log);
    alone(&mut command);
    let ended = Child::spawn(command).wait();
    (ended, fs::read_to_string(log).expect("strace's log"))
}

/// Every system call that a start makes from the first statement of `main` on, as strace names its n-th use.
fn calls_of_a_start() -> Vec<String> {
    let place = Place::new();
    let (ended, trace) = run_traced(&place, &[], &["--once"]);
    ended.expect_code(0);
    let mut uses: HashMap<&str, usize> = HashMap::new();
    let mut calls = Vec::new();
    let mut in_main = false;
    for line in trace.lines() {
        let Some((name, rest)) = line.split_once('(') else {
            continue;
        };
        let count = uses.entry(name).or_default();
        *count += 1;
        if in_main && !name.starts_with("exit") {
            calls.push(format!("{name}:signal=SIGNAL:when={count}"));
        }
        // The first statement of `main` blocks everything; strace shows such a set by what is not in it.
        let blocks = name == "rt_sigprocmask" && rest.starts_with("SIG_BLOCK, ~[");
        in_main |= blocks;
        assert!(in_main || name != "getppid", "the declaration was read before signals were held back");
        if rest.contains("tick 1 begins") {
            break;
        }
    }
    assert!(calls.len() > 20 && uses.contains_key("getppid"), "no start in {trace}");
    calls
}

/// Fault: a signal inside of each system call of the start, one after the other; nothing is blocked from outside.
/// Required: never the default action; TERM ends with 0 and a free lock; anything else is survived.
#[test]
fn fault_047_a_signal_in_any_system_call_of_the_start_kills_nothing() {
    let calls = calls_of_a_start();
    let step = calls.len().div_ceil(rounds(1000)).max(1);
    let some = calls.iter().enumerate().filter(|(index, _)| index % step == 0 || index + 1 == calls.len());
    let mut tried = 0;
    for (_, call) in some {
        let place = Place::new();
        let (ended, trace) = run_traced(&place, &[call.replace("SIGNAL", "SIGTERM")], &[]);
        assert!(trace.contains("--- SIGTERM"), "{call}: nothing was injected");
        expect_given_up(&ended, &place);
        for signal in ["SIGHUP", "SIGUSR1"] {
            let place = Place::new();
            let (ended, _) = run_traced(&place, &[call.replace("SIGNAL", signal)], &["--once"]);
            expect_clean(&ended);
            only(&ended, "tick 1 ends");
        }
        tried += 1;
    }
    figure(
        "fault_047",
        &format!("TERM, HUP, USR1 in a system call of the start: 0 killed at {tried} of {} calls", calls.len()),
    );
}
