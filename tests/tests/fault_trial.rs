//! The trial start of a new program: what counts as its answer, and what becomes of one that is still running.

use std::fs;
use std::path::Path;
use std::process::Command;

use daemon_tests::{Detached, Orphan, Place, proc, wait_until};
use nix::sys::signal::Signal;
use nix::sys::wait::WaitStatus;
use nix::unistd::Pid;

const DAEMON: &str = env!("CARGO_BIN_EXE_lifecycle");
const HELPER: &str = env!("CARGO_BIN_EXE_lifecycle_helper");

fn install(from: &str, to: &Path) {
    let new = to.with_extension("new");
    fs::copy(from, &new).expect("copied");
    fs::rename(&new, to).expect("renamed");
}

/// A daemon from a program of its own, which `next` replaces.
fn replaced(place: &Place, settings: &[(&str, &str)], arguments: &[&str], next: &str) -> Detached {
    let program = place.file("program");
    install(DAEMON, &program);
    let mut command = Command::new(&program);
    command.args(arguments).envs(settings.iter().copied());
    let daemon = Detached::spawn(command, place).unwrap_or_else(|ended| panic!("{ended:#?}"));
    install(next, &program);
    daemon
}

/// A stop while a trial is still running does not wait for it, and does not leave it behind.
#[test]
fn a_trial_that_is_still_running_is_ended_with_the_daemon() {
    let place = Place::new();
    let stuck = place.file("stuck");
    let daemon = replaced(&place, &[("STUCK", stuck.to_str().expect("text"))], &[], HELPER);
    daemon.signal(Signal::SIGHUP);
    wait_until("the trial", || fs::read_to_string(&stuck).is_ok_and(|text| !text.is_empty()));
    let trial: u32 = fs::read_to_string(&stuck).expect("a number").parse().expect("a number");
    assert_eq!(proc::children(daemon.pid()), [trial]);
    let pid = Pid::from_raw(trial.cast_signed());
    let orphan = Orphan::new(pid);
    assert_eq!(daemon.stop(), Some(0));
    assert_eq!(orphan.wait(), WaitStatus::Signaled(pid, Signal::SIGKILL, false));
}

/// Another program that repeats its arguments, and with them the words of the answer, has not answered; and it ends well.
#[test]
fn words_in_the_middle_of_a_line_are_no_answer() {
    let place = Place::new();
    let daemon = replaced(&place, &[], &["--note", "daemon-core preflight: lifecycle"], "/bin/echo");
    daemon.signal(Signal::SIGHUP);
    daemon.wait_log("no program of this framework", 1);
    assert_eq!(daemon.log().matches("started again").count(), 0);
    assert_eq!(daemon.stop(), Some(0));
}

/// A program that says something else before its answer, as a library's initialisation may, has answered.
#[test]
fn an_answer_after_other_lines_counts() {
    let place = Place::new();
    let daemon = replaced(&place, &[("GREETING", "hello\nfrom a library\n")], &[], HELPER);
    daemon.signal(Signal::SIGHUP);
    daemon.wait_log("set up lifecycle_helper\n", 1);
    assert_eq!(daemon.stop(), Some(0));
}
