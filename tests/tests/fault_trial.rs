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

/// Fault 66: a program that hands over in another way can not go on with what this one would give it: it would lose the user,
/// the directory of relative paths and the lock. So its trial fails, and this one goes on until it is stopped and started.
#[test]
fn fault_066_a_program_that_hands_over_in_another_way_is_not_restarted_into() {
    const VERSION: &[u8] = b"daemon-core-handover ";
    let (place, relative) = (Place::new(), ["-p", "relative.pid"]);
    let (program, other) = (place.file("program"), place.file("other"));
    let mut bytes = fs::read(DAEMON).expect("a program");
    let found = |(at, window): (usize, &[u8])| (window == VERSION).then_some(at + VERSION.len());
    let versions: Vec<usize> = bytes.windows(VERSION.len()).enumerate().filter_map(found).collect();
    let versions: Vec<usize> = versions.into_iter().filter(|at| bytes[*at].is_ascii_digit()).collect();
    assert!(!versions.is_empty(), "the program names no version");
    versions.iter().for_each(|at| bytes[*at] = if bytes[*at] == b'9' { b'8' } else { b'9' });
    install(DAEMON, &other);
    fs::write(&other, &bytes).expect("written");
    install(DAEMON, &program);
    let mut command = Command::new(&program);
    command.args(relative).current_dir(place.path());
    let daemon = Detached::spawn(command, &place).unwrap_or_else(|ended| panic!("{ended:#?}"));
    install(other.to_str().expect("text"), &program);
    daemon.signal(Signal::SIGHUP);
    daemon.wait_log("no restart, going on as before", 1);
    assert!(daemon.log().contains("hands over in another way"), "{}", daemon.log());
    assert!(daemon.log().contains("stop the daemon and start it"), "{}", daemon.log());
    assert_eq!(daemon.log().matches("started").count(), 1);
    // The same program is as good as ever.
    install(DAEMON, &program);
    daemon.signal(Signal::SIGHUP);
    daemon.wait_log("started again", 1);
    assert_eq!(fs::read_to_string(place.file("relative.pid")).ok(), Some(format!("{}\n", daemon.pid())));
    assert_eq!(daemon.stop(), Some(0));
}
