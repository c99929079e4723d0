//! Row 50, and stops that hang: the time a stop may take, its shares, and what comes while it is under way.

use std::time::Duration;

use daemon_tests::{Child, Detached, Place, figure, rounds, spread};
use nix::sys::signal::Signal;

use crate::{expect_cut, expect_startable, hanging, instant, now, unlocked};

/// Each stage of a stop, and how a cut names it.
const STAGES: [(&str, &str); 5] = [
    ("execute", "execute (tests/subjects/limits.rs:"),
    ("shutdown", "on shutdown (tests/subjects/limits.rs:"),
    ("drop", "dropping the daemon's state has"),
    ("teardown", "teardown of plugin 2 has"),
    ("plugin drop", "dropping plugins and hooks has"),
];

/// Fault: a stop hangs at one of its stages, the iteration that is running first.
/// Required: cut when its time is over, with a line that names the stage and exit code 70; the lock is free.
#[test]
fn fault_050_a_stop_that_hangs_is_cut_when_its_time_is_over() {
    let (full, limit) = (rounds(60), Duration::from_millis(200));
    for (stage, named) in STAGES {
        let mut late = Vec::new();
        for _ in 0..full {
            let place = Place::new();
            let mut child = Child::spawn(hanging(&place, stage, &["--stop-timeout", "200ms"]));
            child.wait_started();
            if stage == "execute" {
                child.wait_for("execute begins");
            }
            let sent = now();
            child.signal(Signal::SIGTERM);
            let ended = child.wait();
            late.push((now() - sent).saturating_sub(limit));
            expect_cut(&ended, &[named, "the stop_timeout of 200ms is over: ending the process"]);
            expect_startable(&place);
        }
        let (p50, _, max) = spread(late);
        figure(
            "fault_050",
            &format!("hangs in {stage}: from the limit to the end p50 {p50:?}, max {max:?}; {full} of 60"),
        );
    }
}

/// An iteration that looks sees that its half is over, without a second signal; the rest of the stop follows in order.
#[test]
fn fault_050_an_iteration_is_told_when_its_half_of_the_stop_is_over() {
    let place = Place::new();
    let mut command = hanging(&place, "nowhere", &["--stop-timeout", "1s"]);
    command.env("MODE", "patient");
    let mut child = Child::spawn(command);
    child.wait_for("patient at");
    let sent = now();
    child.signal(Signal::SIGTERM);
    let cancelled = instant(&child.wait_for("cancelled at"));
    let ended = child.wait();
    ended.expect_code(0);
    assert!(cancelled - sent >= Duration::from_millis(500), "told after {:?}", cancelled - sent);
    assert_eq!(ended.count("shutting down"), 1);
    expect_startable(&place);
}

/// Fault: HUP and TERM in one order and the other, and TERM twice, to a daemon that works.
/// Required: a stop, once, in order, with exit code 0; no restart; the second TERM is seen at once.
#[test]
fn fault_050_hang_ups_and_second_stops_do_not_change_the_end() {
    let sequences: [&[Signal]; 4] = [
        &[Signal::SIGTERM, Signal::SIGHUP],
        &[Signal::SIGHUP, Signal::SIGTERM],
        &[Signal::SIGTERM, Signal::SIGTERM],
        &[Signal::SIGHUP, Signal::SIGTERM, Signal::SIGHUP, Signal::SIGTERM],
    ];
    let full = rounds(100);
    for _ in 0..full {
        for sequence in sequences {
            let place = Place::new();
            let mut command = unlocked(&[]);
            command.env("MODE", "patient");
            let mut daemon = Detached::spawn(command, &place).unwrap_or_else(|ended| panic!("{ended:#?}"));
            daemon.wait_log("patient at", 1);
            let twice = sequence.iter().filter(|signal| **signal == Signal::SIGTERM).count() > 1;
            let mut stops = 0;
            for signal in sequence {
                daemon.signal(*signal);
                stops += usize::from(*signal == Signal::SIGTERM);
                if stops == 1 {
                    // Two of one kind at the same moment are one.
                    daemon.wait_log("stopping seen", 1);
                }
            }
            if !twice {
                assert!(!daemon.log().contains("cancelled at"), "{sequence:?}: {}", daemon.log());
                daemon.signal(Signal::SIGTERM);
            }
            assert_eq!(daemon.wait(), Some(0), "{sequence:?}: {}", daemon.log());
            let log = daemon.log();
            assert_eq!(log.matches("shutting down").count(), 1, "{sequence:?}: {log}");
            assert_eq!(log.matches("cancelled at").count(), 1, "{sequence:?}: {log}");
            assert_eq!(log.matches("started again").count(), 0, "{sequence:?}: {log}");
        }
    }
    figure(
        "fault_050",
        &format!("{} sequences of HUP and TERM: {full} of {full} ended with 0; of 100", sequences.len()),
    );
}

/// Letting go before a restart in place has the same limit.
#[test]
fn fault_050_a_restart_that_hangs_is_cut_too() {
    let place = Place::new();
    let mut command = unlocked(&["--stop-timeout", "200ms"]);
    command.env("HANG", "drop");
    let mut daemon = Detached::spawn(command, &place).unwrap_or_else(|ended| panic!("{ended:#?}"));
    daemon.signal(Signal::SIGHUP);
    assert_eq!(daemon.wait(), Some(70), "{}", daemon.log());
    let cut = "dropping the daemon's state has not ended after";
    assert!(daemon.log().contains(cut), "{}", daemon.log());
    expect_startable(&place);
}

/// Without a limit a stop takes what it takes, and one that is in time is not cut.
#[test]
fn a_stop_in_time_is_a_clean_end() {
    for limit in ["0", "10s"] {
        let place = Place::new();
        let mut child = Child::spawn(hanging(&place, "nowhere", &["--stop-timeout", limit]));
        child.wait_started();
        child.stop().expect_code(0);
        expect_startable(&place);
    }
}
