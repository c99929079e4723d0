//! Hooks that follow the wall clock, in a real process whose wall clock is a test's.

use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use daemon_tests::Place;
use daemon_tests::wall::Clock;
use nix::sys::signal::Signal;

/// 2026-11-20 02:59:58 in Greenwich, two seconds before the hooks are due.
const BEFORE: i64 = 1_795_143_598;

#[test]
fn hooks_of_cron_run_at_their_time_in_their_zone() {
    let place = Place::new();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs().cast_signed();
    let clock = Clock::new(&place, &format!("{:+}", BEFORE - now));
    let mut child = clock.start(Command::new(env!("CARGO_BIN_EXE_cron_night")));
    let here = child.wait_for("three o'clock in Greenwich");
    child.wait_for("four o'clock in Berlin");
    // Whoever runs this at a different pace sees the same stamp.
    assert!(here.contains("[2026-11-20 03:00:00."), "{here}");
    child.signal(Signal::SIGUSR1);
    let next = child.wait_for("next due");
    assert!(next.contains("cron \"0 3 20 11 *\" in 364d"), "{next}");
    child.stop().expect_code(0);
}
