//! Row 48: many signals at once; and hang-ups, with and without a terminal.

use std::fs::File;
use std::time::{Duration, Instant};

use daemon_tests::{Chance, Child, Place, figure, on_terminal, rounds};
use nix::sys::signal::Signal;

use crate::{expect_clean, expect_orderly, only, start, watched};

/// Fault: a burst of USR1, as fast as the kernel takes them.
/// Required: the run-time variables are written, and at most once a second; no hook begins inside of another; the
/// iterations go on, and so does everything that comes after the burst.
#[test]
fn fault_048_a_burst_of_usr1_writes_at_most_one_dump_a_second() {
    let place = Place::new();
    let mut chance = Chance::fresh();
    let full = rounds(100_000);
    let began = Instant::now();
    let mut child = start(&place, &[]);
    child.wait_for("tick 1 ends");
    for round in 0..full {
        child.signal(Signal::SIGUSR1);
        // Bursts of fifty, over a time in which more than one dump would be allowed.
        if round % 50 == 0 {
            std::thread::sleep(chance.up_to(Duration::from_millis(40)));
        }
    }
    child.signal(Signal::SIGUSR2);
    child.wait_for("usr2 heard");
    child.wait_for("begins");
    let ended = child.stop();
    let longest = began.elapsed().as_secs() + 1;
    expect_clean(&ended);
    expect_orderly(&ended, &place);
    let dumps = ended.count("run-time variables");
    assert!(dumps >= 1 && dumps as u64 <= longest, "{dumps} in {longest} s");
    let heard = ended.count("usr1 heard");
    assert!(heard >= 1, "the hook never ran");
    let line = &ended.lines[only(&ended, " shutdown;")];
    let (_, lateness) = line.split_once("shutdown; ").expect("what it says");
    figure(
        "fault_048",
        &format!("{full} of 100000 USR1: {dumps} dumps within {longest} s, hook ran {heard} times; {lateness}"),
    );
}

/// Fault: 1,000 hang-ups of a daemon in the foreground that no terminal belongs to.
/// Required: it says so and goes on, iterations included. (That HUP restarts a detached daemon in place, and at least
/// once after the last of many, is for the tests of restarts.)
#[test]
fn fault_048_hang_ups_without_a_terminal_do_not_stop_it() {
    let place = Place::new();
    let full = rounds(1000);
    let mut child = start(&place, &[]);
    child.wait_for("tick 1 ends");
    for _ in 0..full {
        child.signal(Signal::SIGHUP);
    }
    child.wait_for("SIGHUP: not started from a terminal, going on");
    child.signal(Signal::SIGUSR2);
    child.wait_for("usr2 heard");
    child.wait_for("begins");
    let ended = child.stop();
    expect_clean(&ended);
    expect_orderly(&ended, &place);
    let told = ended.count("SIGHUP: not started");
    assert!(told <= full, "more hang-ups than were sent");
    figure("fault_048", &format!("{full} of 1000 HUP without a terminal: goes on, told {told} times"));
}

/// The daemon as the leader of a session on a new terminal.
fn start_on_terminal(place: &Place) -> (Child, File) {
    let mut command = watched(place, &[]);
    let master = on_terminal(&mut command);
    (Child::spawn(command), master)
}

/// Fault: the terminal that the daemon was started from goes away: the window is closed, the connection breaks.
/// Required: it stops cleanly, with exit code 0.
#[test]
fn fault_048_a_daemon_stops_when_its_terminal_goes_away() {
    let full = rounds(100);
    for _ in 0..full {
        let place = Place::new();
        let (mut child, master) = start_on_terminal(&place);
        child.wait_for("tick 1 ends");
        drop(master);
        let ended = child.wait();
        expect_clean(&ended);
        only(&ended, "SIGHUP: the terminal is gone, stopping");
        expect_orderly(&ended, &place);
    }
    figure("fault_048", &format!("terminal gone: {full}/{full} clean stops; of 100 rounds"));
}

/// The same by a HUP that somebody sends while the terminal is still there.
#[test]
fn fault_048_a_hang_up_stops_a_daemon_with_a_terminal() {
    let place = Place::new();
    let (mut child, _master) = start_on_terminal(&place);
    child.wait_for("tick 1 ends");
    child.signal(Signal::SIGHUP);
    let ended = child.wait();
    expect_clean(&ended);
    expect_orderly(&ended, &place);
}
