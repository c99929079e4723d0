//! Threads of the author's: none of them takes a signal from the loop.

use daemon_tests::{Child, Detached, Place, proc};
use nix::sys::signal::Signal;

use crate::{hanging, unlocked};

/// What can not be blocked, and what the C library keeps for itself.
const NEVER_BLOCKED: [u32; 4] = [libc::SIGKILL as u32, libc::SIGSTOP as u32, 32, 33];

#[test]
fn a_thread_of_the_context_has_every_signal_blocked() {
    let place = Place::new();
    let mut command = hanging(&place, "nowhere", &[]);
    command.env("MODE", "threads");
    let mut child = Child::spawn(command);
    let line = child.wait_for(" deaf ");
    let mask = line.rsplit(' ').next().and_then(|mask| u64::from_str_radix(mask, 16).ok()).expect("a mask");
    for number in (1..=64u32).filter(|number| !NEVER_BLOCKED.contains(number)) {
        assert!(mask & 1 << (number - 1) != 0, "signal {number} is not blocked in {mask:016x}");
    }
    assert_eq!(proc::status(child.pid(), "SigBlk"), "0000000000000000", "the loop's own mask is as it was");
    child.stop().expect_code(0);
}

/// A restart warns of threads that take signals, and of no others.
#[test]
fn a_restart_warns_of_threads_that_take_signals() {
    for (mode, warned) in [("threads", 1), ("deaf", 0)] {
        let place = Place::new();
        let mut command = unlocked(&[]);
        command.env("MODE", mode);
        let daemon = Detached::spawn(command, &place).unwrap_or_else(|ended| panic!("{ended:#?}"));
        // A thread that has not begun yet blocks everything.
        daemon.wait_log("hearing", warned);
        daemon.signal(Signal::SIGHUP);
        daemon.wait_log("started again", 1);
        assert_eq!(daemon.log().matches("warn: 1 other threads take signals").count(), warned, "{}", daemon.log());
        assert_eq!(daemon.stop(), Some(0));
    }
}
