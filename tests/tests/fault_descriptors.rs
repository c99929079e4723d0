//! Row 107: the author's code uses up all descriptors; the framework has kept some back.

use std::fs;
use std::os::unix::process::CommandExt;
use std::process::Command;

use daemon_tests::{Detached, Place, figure, rounds};
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::Signal;

/// A daemon that has eaten all but what is kept back of `most` descriptors.
fn start(place: &Place, most: u64) -> Detached {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hungry"));
    command.arg("-p").arg(place.file("x.pid"));
    // SAFETY: a system call alone.
    unsafe { command.pre_exec(move || Ok(setrlimit(Resource::RLIMIT_NOFILE, most, most)?)) };
    let daemon = Detached::spawn(command, place).unwrap_or_else(|ended| panic!("{ended:#?}"));
    daemon.wait_log("no descriptor is left", 1);
    daemon
}

/// Fault: a tick, and a hook of `shutdown`, open files until there is no descriptor left. Required: TERM stops the daemon
/// in order, and the PID file goes.
#[test]
fn fault_107_a_stop_is_clean_without_descriptors() {
    let count = rounds(100).max(10);
    for round in 0..count {
        let place = Place::new();
        let daemon = start(&place, 256);
        let log = place.file("test.log");
        assert_eq!(daemon.stop(), Some(0), "round {round}");
        assert!(!place.file("x.pid").exists(), "round {round}: the PID file is left");
        let text = fs::read_to_string(log).expect("a log");
        assert!(text.contains("SIGTERM: stopping"), "round {round}: {text}");
        // A machine under load may be late for a slot.
        let failed = text.lines().find(|line| line.contains(" error: ") && !line.contains("iteration took"));
        assert_eq!(failed, None, "round {round}");
    }
    figure("fault_107", &format!("{count} of {count} stops without a descriptor left: 0, PID file removed"));
}

/// The run-time variables are whole, a lost PID file is put back, and a restart in place works, again and again.
#[test]
fn fault_107_dump_and_restart_work_without_descriptors() {
    let (place, count) = (Place::new(), rounds(100).max(10));
    let daemon = start(&place, 256);
    for round in 1..=count {
        daemon.signal(Signal::SIGUSR1);
        daemon.wait_log("next due", round);
        let log = daemon.log();
        let user = log.lines().rfind(|line| line.contains("  user ")).expect("a user");
        let us = nix::unistd::User::from_uid(nix::unistd::geteuid()).expect("a user database").expect("us").name;
        assert!(user.ends_with(&us), "{user}");
        let memory = log.lines().rfind(|line| line.contains("  memory ")).expect("memory");
        assert!(!memory.ends_with(" 0.0 MB"), "{memory}");
        daemon.signal(Signal::SIGHUP);
        daemon.wait_log("started again", round);
        daemon.wait_log("no descriptor is left", round + 1);
        assert!(!log.contains("no restart"), "{log}");
    }
    assert_eq!(daemon.stop(), Some(0));
    assert!(!place.file("x.pid").exists());
    figure("fault_107", &format!("{count} of {count} dumps and restarts without a descriptor left"));
}

/// Where descriptors are few from the start the reserve takes only its part.
#[test]
fn fault_107_a_small_limit_is_not_eaten_by_the_reserve() {
    let place = Place::new();
    let daemon = start(&place, 40);
    let line = daemon.log().lines().find(|line| line.contains("no descriptor is left")).expect("a line").to_owned();
    let left: u64 = line.rsplit(' ').next().and_then(|number| number.parse().ok()).expect("a number");
    assert!(left >= 16, "{line}");
    assert_eq!(daemon.stop(), Some(0));
    assert!(!place.file("x.pid").exists());
}
