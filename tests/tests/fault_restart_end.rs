//! Restarts in place that end before the new image is ready: what the image before has left is put in order, and the log
//! says why.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use daemon_core::lock::file::FileLock;
use daemon_core::lock::{Acquired, Identity, Name, Provider};
use daemon_tests::{Detached, Place, figure, proc, rounds, wait_until};
use nix::sys::signal::Signal;

const DAEMON: &str = env!("CARGO_BIN_EXE_lifecycle");
const RESTARTED: &str = env!("CARGO_BIN_EXE_restarted");

/// TERM at any moment of a restart, also before the new image has its log and its PID file: a clean end that is told, and
/// no PID file that names a process which is gone.
#[test]
fn fault_049_a_stop_before_the_new_image_is_ready_leaves_nothing_and_is_told() {
    let count = rounds(1000);
    let (mut random, mut before_the_log) = (0x2545_F491_4F6C_DD1Du64, 0);
    for round in 0..count {
        let place = Place::new();
        let pid_file = place.file("x.pid");
        let options = ["-p", pid_file.to_str().expect("text"), "--interval", "50ms"];
        let mut daemon =
            Detached::start(DAEMON, &place, options).unwrap_or_else(|ended| panic!("the launcher failed: {ended:#?}"));
        daemon.signal(Signal::SIGHUP);
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        // The stimulus: any moment of the restart may be met.
        std::thread::sleep(Duration::from_micros(random >> 51));
        daemon.signal(Signal::SIGTERM);
        assert_eq!(daemon.wait(), Some(0), "round {round}: {}", daemon.log());
        assert!(!pid_file.exists(), "round {round}: {}", daemon.log());
        assert!(daemon.log().contains("SIGTERM: "), "round {round}: {}", daemon.log());
        before_the_log += usize::from(daemon.log().contains("SIGTERM: giving up the start"));
    }
    figure(
        "fault_049",
        &format!(
            "{count} stops during a restart, {before_the_log} before the new image was ready: all told, no PID file left"
        ),
    );
}

fn start(place: &Place, lock: &str) -> Detached {
    start_program(RESTARTED.as_ref(), place, lock)
}

fn start_program(program: &Path, place: &Place, lock: &str) -> Detached {
    fs::write(place.file("lock"), lock).expect("written");
    let mut command = Command::new(program);
    command.env("PLACE", place.path()).arg("-p").arg(place.file("x.pid"));
    Detached::spawn_with(command, place, &place.file(lock)).unwrap_or_else(|ended| panic!("{ended:#?}"))
}

fn lock(path: &Path) -> FileLock {
    FileLock::new(path.to_owned(), Identity::new(Name::new("other").expect("a name")))
}

/// The next version declares another lock, and somebody else holds that.
#[test]
fn fault_056_another_lock_that_is_held_ends_the_restart_with_a_word() {
    let place = Place::new();
    let mut daemon = start(&place, "first.lock");
    let mut held = lock(&place.file("second.lock"));
    assert!(matches!(held.acquire(), Acquired::Held(_)));
    fs::write(place.file("lock"), "second.lock").expect("written");
    daemon.signal(Signal::SIGHUP);
    assert_eq!(daemon.wait(), Some(75), "{}", daemon.log());
    assert!(daemon.log().contains("already running: pid"), "{}", daemon.log());
    assert!(!place.file("x.pid").exists());
}

/// What fails before there is a loop is told in the log as well: here a plugin that can not be made.
#[test]
fn fault_056_a_start_that_fails_before_the_loop_is_told() {
    let place = Place::new();
    let mut daemon = start(&place, "first.lock");
    fs::write(place.file("broken"), "").expect("written");
    daemon.signal(Signal::SIGHUP);
    assert!(daemon.wait() == Some(70), "{}", daemon.log());
    assert!(daemon.log().contains("the plugin is broken"), "{}", daemon.log());
    assert!(!place.file("x.pid").exists());
}

/// A timer whose period is longer than a daemon lives between two restarts fires when it is due, counted from its first
/// image on.
#[test]
fn a_timer_slower_than_the_restarts_fires() {
    let place = Place::new();
    let daemon = start(&place, "first.lock");
    let mut restarts = 0;
    // Each image lives a few milliseconds, the period is a second.
    while !daemon.log().contains("slow timer") {
        assert!(restarts < 10_000, "the timer did not fire: {}", daemon.log());
        daemon.signal(Signal::SIGHUP);
        restarts += 1;
        daemon.wait_log("started again", restarts);
    }
    assert!(restarts > 1, "there was no restart before the timer was due");
    assert_eq!(daemon.stop(), Some(0));
    figure("timers", &format!("a timer of 1 s fired after {restarts} restarts"));
}

/// Children that hooks and states have started and never reaped do not add up: each image reaps what has ended.
#[test]
fn children_of_earlier_images_are_reaped() {
    let (place, count) = (Place::new(), rounds(400));
    let daemon = start(&place, "first.lock");
    let restart = |number| {
        daemon.signal(Signal::SIGHUP);
        daemon.wait_log("started again", number);
    };
    (1..=count).for_each(restart);
    // Those that are still there; each image has started one.
    let left = proc::children(daemon.pid());
    wait_until("their ends", || left.iter().all(|child| proc::status(*child, "State").starts_with('Z')));
    restart(count + 1);
    let now = proc::children(daemon.pid());
    assert!(!now.iter().any(|child| left.contains(child)), "{} of them are left", now.len());
    assert_eq!(now.len(), 1, "that of the last image");
    assert_eq!(daemon.stop(), Some(0));
    figure("children", &format!("{count} restarts, each with a child: 0 left over"));
}

/// The process can not become the program that was tried, which somebody writes to: it goes on with the old one, as a daemon
/// that has started again.
#[test]
fn fault_058_after_a_failed_exec_the_old_program_has_started_again() {
    let place = Place::new();
    let program = place.file("program");
    let install = || {
        let new = place.file("new");
        fs::copy(RESTARTED, &new).expect("copied");
        fs::rename(&new, &program).expect("renamed");
    };
    install();
    let daemon = start_program(&program, &place, "first.lock");
    install();
    fs::write(place.file("busy"), program.as_os_str().as_encoded_bytes()).expect("written");
    daemon.signal(Signal::SIGHUP);
    daemon.wait_log("can not become the new program, going on with this one", 1);
    daemon.wait_log(" every 10ms, lock: ", 2);
    assert_eq!(daemon.log().matches("started again, every 10ms").count(), 1, "{}", daemon.log());
    assert_eq!(daemon.stop(), Some(0));
    assert!(!place.file("x.pid").exists());
}
