//! Process 1 of a container: fault 52. The daemon is its child; process 1 passes signals on, reaps orphans, and ends
//! with the daemon's exit code.

use std::fs;
use std::io::Write;
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

use daemon_tests::{Chance, Child, Container, Place, figure, holder, on_terminal, proc, rounds, wait_until};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

const DAEMON: &str = env!("CARGO_BIN_EXE_contained");

fn command(place: &Place, more: &[&str]) -> Command {
    let mut command = Container::command(DAEMON);
    command.arg("--lock").arg(place.lock()).args(more);
    command
}

fn start(place: &Place, more: &[&str]) -> Container {
    let mut container = Container::start(command(place, more));
    container.child().wait_started();
    container
}

/// TERM and INT from outside stop it cleanly, as often as one tries.
#[test]
fn fault_052_a_container_stops_cleanly() {
    let full = rounds(200);
    for round in 0..full {
        let place = Place::new();
        let container = start(&place, &[]);
        container.signal([Signal::SIGTERM, Signal::SIGINT][round % 2]);
        let ended = container.wait();
        assert_eq!((ended.code, ended.count("shutdown"), ended.count("again")), (Some(0), 1, 0), "{ended:#?}");
        assert_eq!(ended.errors, "");
    }
    figure("fault_052", &format!("{full} of {full} containers stopped cleanly with 0"));
}

/// A TERM at any moment after the daemon's process is there: it waits until somebody listens.
#[test]
fn fault_052_a_stop_at_a_random_moment_of_the_start_is_not_lost() {
    let (full, mut chance) = (rounds(500), Chance::fresh());
    for _ in 0..full {
        let place = Place::new();
        let container = Container::start(command(&place, &[]));
        wait_until("a child of process 1", || !container.children().is_empty());
        sleep(chance.up_to(Duration::from_millis(5)));
        let ended = container.stop();
        assert_eq!(ended.code, Some(0), "{ended:#?}");
        // Before the log is open there is nowhere to say so.
        assert!(ended.count("SIGTERM: ") <= 1, "{ended:#?}");
    }
    figure("fault_052", &format!("{full} of {full} stops during the start ended it with 0"));
}

/// Orphans by the thousand, adopted by process 1: none stays as a zombie, and no result of a command is taken away.
#[test]
fn fault_052_orphans_are_reaped_and_results_are_not_stolen() {
    let place = Place::new();
    let file = place.file("adopted");
    let orphans = rounds(100) * 10;
    let (count, path) = (orphans.to_string(), file.display().to_string());
    let mut container = start(&place, &["--orphans", &count, "--file", &path]);
    let line = container.child().wait_for("orphans ");
    let commands = orphans / 10;
    let wanted = format!("orphans {orphans}, commands {commands}, results right {commands}");
    assert!(line.ends_with(&wanted), "{line}");
    wait_until("every orphan was adopted", || fs::read_to_string(&file).unwrap_or_default().lines().count() == orphans);
    // What has ended and was not reaped would stay a child of process 1.
    let daemon = container.daemon();
    assert_eq!(proc::status(daemon, "Name"), "contained");
    container.stop().expect_code(0);
    figure("fault_052", &format!("{orphans} orphans, zombies 0; results of commands right {commands} of {commands}"));
}

/// HUP restarts in place, again and again: that it lives in a container is inherited by the next image.
#[test]
fn fault_052_a_hang_up_restarts_in_place() {
    let place = Place::new();
    let mut container = start(&place, &[]);
    let daemon = container.daemon();
    let full = rounds(100);
    for _ in 0..full {
        container.signal(Signal::SIGHUP);
        container.child().wait_for(" started again, ");
        // The trial start was a child of the daemon, and nobody else's.
        assert_eq!(container.daemon(), daemon, "another process");
    }
    container.signal(Signal::SIGUSR2);
    container.child().wait_for("usr2 heard");
    container.signal(Signal::SIGUSR1);
    container.child().wait_for("daemon mode          yes");
    assert_eq!(proc::status(daemon, "Name"), "contained");
    let ended = container.stop();
    assert_eq!((ended.code, ended.count("contained shutdown")), (Some(0), full + 1), "{ended:#?}");
    figure("fault_052", &format!("{full} restarts in place, the same process throughout"));
}

/// The exit code of the container is the daemon's.
#[test]
fn fault_052_the_exit_code_is_passed_on() {
    let place = Place::new();
    Child::spawn(command(&place, &["--on-error", "stop", "--fail-at", "3"])).wait().expect_code(66);
    // These end by themselves, perhaps before process 1 could be found.
    let once = Child::spawn(command(&place, &["--once"])).wait();
    assert_eq!((once.code, once.count("shutdown")), (Some(0), 1), "{once:#?}");
    let refused = Child::spawn(command(&place, &["--interval", "1us"])).wait();
    assert!(refused.errors.contains("100us"), "{refused:#?}");
    refused.expect_code(64);
}

/// A daemon that is killed ends the container, with 128 and the number of the signal.
#[test]
fn fault_052_a_killed_daemon_ends_the_container() {
    let place = Place::new();
    for (signal, code) in [(Signal::SIGKILL, 137), (Signal::SIGABRT, 134)] {
        let container = start(&place, &[]);
        kill(Pid::from_raw(container.daemon().cast_signed()), signal).expect("the daemon is there");
        container.wait().expect_code(code);
    }
    // Nothing needs to be repaired.
    start(&place, &[]).stop().expect_code(0);
}

/// Lock and PID file name the daemon and not process 1, by the numbers of the namespace.
#[test]
fn fault_052_lock_and_pid_file_name_the_daemon() {
    let place = Place::new();
    let pid_file = place.file("x.pid");
    let container = start(&place, &["-p", &pid_file.display().to_string()]);
    let inside = proc::status(container.daemon(), "NSpid").split_whitespace().last().map(str::to_owned);
    let inside = inside.expect("its number in the namespace");
    assert_ne!(inside, "1");
    assert_eq!(fs::read_to_string(&pid_file).expect("a PID file").trim(), inside);
    assert_eq!(holder(&place.lock()).expect("the lock names its holder").to_string(), inside);
    container.stop().expect_code(0);
    assert!(!pid_file.exists());
}

/// Ctrl-C reaches every process of the terminal's group: passed on besides, it would count as a second stop.
#[test]
fn fault_052_a_key_of_the_terminal_counts_once() {
    for _ in 0..rounds(100) {
        let place = Place::new();
        let go = place.file("go");
        let mut command = command(&place, &["--linger", &go.display().to_string()]);
        let mut terminal = on_terminal(&mut command);
        let mut container = Container::start(command);
        container.child().wait_started();
        terminal.write_all(b"\x03").expect("typed");
        container.child().wait_for("stop seen");
        // Signals are taken in the order of their numbers: when this one is, INT has been dealt with.
        container.signal(Signal::SIGUSR2);
        let keeper = container.keeper();
        wait_until("process 1 has taken its signals", || {
            let pending = proc::status(keeper, "ShdPnd");
            pending.chars().all(|digit| digit == '0') && proc::status(keeper, "State").starts_with('S')
        });
        fs::write(&go, "").expect("the file");
        let ended = container.wait();
        ended.expect_code(0);
        assert_eq!((ended.count("cancelled false"), ended.count("again")), (1, 0), "{ended:#?}");
    }
}

/// Questions are answered by process 1 itself, and nothing runs.
#[test]
fn fault_052_explain_says_that_there_will_be_a_keeper() {
    let place = Place::new();
    let ended = Child::spawn(command(&place, &["--explain"])).wait();
    ended.expect_code(0);
    assert_eq!((ended.count("Process 1 of a container"), ended.count("(daemon mode,")), (1, 1), "{ended:#?}");
    assert!(!place.lock().exists());
}
