//! Fault 63: calls that wait and run while the daemon restarts in place.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use daemon_tests::{Chance, Detached, Place, figure, rounds, spread};
use nix::sys::signal::Signal;

/// Each call is carried out once, in the order in which it was made, whatever restarts come in between.
#[test]
fn fault_063_calls_go_over_a_restart_once_and_in_their_order() {
    let place = Place::new();
    let (journal, calls) = (place.file("journal"), rounds(100_000));
    let mut command = Command::new(env!("CARGO_BIN_EXE_worker_journal"));
    command.env("JOURNAL", &journal).env("CALLS", calls.to_string());
    let daemon = Detached::spawn(command, &place).unwrap_or_else(|ended| panic!("{ended:#?}"));
    let written = || fs::read_to_string(&journal).unwrap_or_default().lines().count();
    let (mut chance, mut took, mut restarts) = (Chance::fresh(), Vec::new(), 0);
    while written() < calls {
        // Somewhere in the next fifty milliseconds: any moment of a call will do.
        std::thread::sleep(chance.up_to(Duration::from_millis(50)));
        let began = Instant::now();
        daemon.signal(Signal::SIGHUP);
        restarts += 1;
        daemon.wait_log(" started again", restarts);
        took.push(began.elapsed());
    }
    daemon.wait_log(&format!("the last of {calls} is back"), 1);
    assert_eq!(daemon.stop(), Some(0));
    let text = fs::read_to_string(&journal).expect("a journal");
    let numbers: Vec<usize> = text.lines().map(|line| line.parse().expect("a number")).collect();
    assert!(numbers.iter().copied().eq(0..calls), "each once, in order: {} lines for {calls} calls", numbers.len());
    let (p50, p99, max) = spread(took);
    let text = format!(
        "{calls} calls over {restarts} restarts: 0 lost, 0 twice, in order; HUP to ready p50 {p50:?}, p99 {p99:?}, max {max:?}"
    );
    figure("fault_063", &text);
}
