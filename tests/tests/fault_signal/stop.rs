//! Row 46: TERM and INT, while idle and in an iteration; and the second TERM.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use daemon_tests::{Chance, Child, Ended, Place, figure, rounds, spread};
use nix::sys::signal::Signal;

use crate::{count_ticks, expect_clean, expect_orderly, only, start};

const STOPS: [Signal; 2] = [Signal::SIGTERM, Signal::SIGINT];

/// Fault: TERM or INT while the daemon sleeps until its next iteration, an hour away.
/// Required: exit code 0 at once, everything taken down in order, the lock given back last.
#[test]
fn fault_046_a_stop_while_idle_ends_cleanly() {
    let mut chance = Chance::fresh();
    let full = rounds(1000);
    for signal in STOPS {
        let mut times = Vec::new();
        for _ in 0..full {
            let place = Place::new();
            let mut child = start(&place, &["--interval", "1h"]);
            child.wait_for("tick 1 ends");
            std::thread::sleep(chance.up_to(Duration::from_millis(5)));
            let sent = Instant::now();
            child.signal(signal);
            let ended = child.wait();
            times.push(sent.elapsed());
            expect_clean(&ended);
            assert_eq!(count_ticks(&ended, "begins"), 1, "{ended:#?}");
            only(&ended, &format!("{signal}: stopping"));
            expect_orderly(&ended, &place);
        }
        let (p50, p99, max) = spread(times);
        figure(
            "fault_046",
            &format!("{signal} while idle to the exit: p50 {p50:?}, p99 {p99:?}, max {max:?}; {full} of 1000 rounds"),
        );
    }
}

/// Fault: TERM or INT in the middle of an iteration, after which the next one is due at once.
/// Required: the iteration ends, there is no further one, and everything is taken down in order.
#[test]
fn fault_046_a_stop_in_an_iteration_waits_for_its_end() {
    let mut chance = Chance::fresh();
    let full = rounds(1000);
    for signal in STOPS {
        for _ in 0..full {
            let place = Place::new();
            let go = place.file("go");
            let mut child = start(&place, &["--interval", "0", "--go", go.to_str().expect("a plain path")]);
            child.wait_for("tick 1 begins");
            std::thread::sleep(chance.up_to(Duration::from_millis(2)));
            child.signal(signal);
            fs::write(&go, "").expect("the sign to go on");
            let ended = child.wait();
            expect_clean(&ended);
            assert_eq!(count_ticks(&ended, "begins"), 1, "{ended:#?}");
            assert!(only(&ended, "tick 1 ends") < only(&ended, " shutdown;"));
            expect_orderly(&ended, &place);
        }
        figure("fault_046", &format!("{signal} in an iteration: 0 further iterations in {full} of 1000 rounds"));
    }
}

/// Fault: TERM or INT at any moment, half of the time in an iteration.
/// Required: the same.
#[test]
fn fault_046_a_stop_at_a_random_moment_ends_cleanly() {
    let mut chance = Chance::fresh();
    let full = rounds(1000);
    for round in 0..full {
        let place = Place::new();
        let mut child = start(&place, &["--interval", "2ms", "--work", "1ms"]);
        child.wait_for("tick 1 begins");
        std::thread::sleep(chance.up_to(Duration::from_millis(20)));
        child.signal(STOPS[round % 2]);
        let ended = child.wait();
        expect_clean(&ended);
        expect_orderly(&ended, &place);
    }
    figure("fault_046", &format!("at a random moment: {full}/{full} clean; of 1000 rounds"));
}

/// The daemon in an iteration that looks whether it should stop, up to its second answer.
fn stop_twice(signals: [Signal; 2]) -> Ended {
    let place = Place::new();
    let mut child = start(&place, &["--mode", "patient"]);
    child.wait_for("tick 1 begins");
    child.signal(signals[0]);
    child.wait_for("stopping seen");
    child.signal(signals[1]);
    let ended = child.wait();
    expect_orderly(&ended, &place);
    ended
}

/// Fault: somebody who is in a hurry sends TERM (or presses Ctrl-C) twice while an iteration runs for long.
/// Required: the iteration sees `cx.stopping()` after the first and `cx.cancelled()` after the second, not before;
/// the exit code is still 0.
#[test]
fn fault_050_a_second_stop_is_seen_inside_of_an_iteration() {
    for signals in
        [[Signal::SIGTERM, Signal::SIGTERM], [Signal::SIGINT, Signal::SIGTERM], [Signal::SIGINT, Signal::SIGINT]]
    {
        let ended = stop_twice(signals);
        expect_clean(&ended);
        assert_eq!(count_ticks(&ended, "begins"), 1);
        let steps = ["stopping seen, cancelled false", "cancelled seen", "tick 1 ends"];
        assert!(steps.map(|step| only(&ended, step)).is_sorted());
    }
}

/// Fault: signals that a thread of the author's takes, one after the other, while the loop iterates without ever
/// sleeping. Required: none is lost, the stop at the end included.
#[test]
fn fault_046_no_signal_is_lost_to_a_loop_that_never_sleeps() {
    let full = rounds(200);
    for _ in 0..full {
        let mut command = Command::new(env!("CARGO_BIN_EXE_signal_busy"));
        command.args(["--count", "5000"]);
        let mut child = Child::spawn(command);
        child.wait_for("heard all 5000");
        child.wait().expect_code(0);
    }
    figure("fault_046", &format!("taken by another thread: 0 of {full} x 5000 lost; of 200 x 5000"));
}
