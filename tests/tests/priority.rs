//! The process priority of real daemons: what `/proc` says, with and without the right to raise it.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::Command;

use daemon_tests::{Child, Detached, Place, proc, wait_until};
use nix::sys::signal::Signal;

const NICELY: &str = env!("CARGO_BIN_EXE_nice");
const PLAIN: &str = env!("CARGO_BIN_EXE_cli_probe");
/// The user without rights.
const NOBODY: u32 = 65_534;

/// The niceness of a process, by `/proc/PID/stat`.
fn niceness(pid: u32) -> i32 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).expect("a process");
    let field = stat.rsplit(") ").next().and_then(|rest| rest.split(' ').nth(16));
    field.and_then(|field| field.parse().ok()).expect("a niceness")
}

fn start(program: &str, arguments: &[&str]) -> Child {
    let mut child = Child::start(program, arguments);
    child.wait_started();
    child
}

/// Without the right to raise a priority, as a container or an ordinary user has it.
fn without_right(program: &str, arguments: &[&str], place: &Place) -> Command {
    // What the user may reach, wherever the programs of the tests are built.
    let copy = place.file("program");
    fs::copy(program, &copy).expect("a copy");
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o755)).expect("an open directory");
    let mut command = Command::new(copy);
    command.args(arguments).uid(NOBODY).gid(NOBODY).current_dir("/");
    // SAFETY: one call that is allowed between fork and exec.
    unsafe {
        command.pre_exec(|| {
            let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
            if libc::setrlimit(libc::RLIMIT_NICE, &raw const none) == 0 {
                Ok(())
            } else {
                Err(io::Error::last_os_error())
            }
        });
    }
    command
}

/// Root in a container may lack it, too.
fn may_raise() -> bool {
    let capabilities = u64::from_str_radix(&proc::status(std::process::id(), "CapEff"), 16).expect("a mask");
    capabilities & (1 << 23) != 0
}

#[test]
fn auto_follows_the_interval() {
    assert!(may_raise(), "this test needs CAP_SYS_NICE");
    let mut child = start(NICELY, &[]);
    assert_eq!(niceness(child.pid()), -5);
    child.signal(Signal::SIGUSR1);
    assert!(child.wait_for("  priority ").ends_with("  -5"));
    assert!(child.wait_for("  nice  ").ends_with("  auto (declared)"));
    child.signal(Signal::SIGUSR2);
    child.wait_for("adjusting process priority to -1");
    assert_eq!(niceness(child.pid()), -1);
    let ended = child.stop();
    assert_eq!(ended.expect_code(0).count("adjusting process priority to "), 2);
    assert!(ended.lines[0].ends_with("adjusting process priority to -5"), "before the start is complete: {ended:#?}");
}

/// Without a declaration it stays what whoever started the daemon wanted; a flag changes it.
#[test]
fn nothing_is_touched_unless_it_is_asked_for() {
    let mut command = Command::new("nice");
    command.args(["-n", "3", PLAIN]);
    let mut child = Child::spawn(command);
    child.wait_started();
    assert_eq!(niceness(child.pid()), niceness(std::process::id()) + 3);
    assert_eq!(child.stop().expect_code(0).count("adjusting"), 0);
    let child = start(PLAIN, &["--nice", "7"]);
    assert_eq!(niceness(child.pid()), 7);
    assert_eq!(child.stop().expect_code(0).count("adjusting process priority to 7"), 1);
}

/// Without the right: one warning, with what would help, and never again; what needs no right works.
#[test]
fn without_the_right_there_is_one_warning() {
    let place = Place::new();
    let mut child = Child::spawn(without_right(NICELY, &[], &place));
    child.wait_started();
    assert_eq!(niceness(child.pid()), niceness(std::process::id()));
    child.signal(Signal::SIGUSR2);
    child.wait_for("interval is now 3s");
    let ended = child.stop();
    assert_eq!((ended.expect_code(0).count("CAP_SYS_NICE"), ended.count("adjusting")), (1, 0), "{ended:#?}");
    assert!(ended.lines[0].contains("warn: can not adjust the process priority to -5: "), "{ended:#?}");

    let mut child = Child::spawn(without_right(NICELY, &["--nice", "5"], &place));
    child.wait_started();
    assert_eq!(niceness(child.pid()), 5);
    child.stop().expect_code(0);
}

/// The trial of a restart gives way to the loop: at 1, whatever the daemon has beyond.
#[test]
fn a_trial_gives_way_to_the_loop() {
    assert!(may_raise(), "this test needs CAP_SYS_NICE");
    let place = Place::new();
    let trial = place.file("trial");
    let mut command = Command::new(NICELY);
    command.env("TRIAL", &trial);
    let daemon = Detached::spawn(command, &place).unwrap_or_else(|ended| panic!("{ended:#?}"));
    assert_eq!(niceness(daemon.pid()), -5);
    daemon.signal(Signal::SIGHUP);
    wait_until("the trial", || fs::read_to_string(&trial).is_ok_and(|text| !text.is_empty()));
    assert_eq!(fs::read_to_string(&trial).expect("its priority"), "1");
    daemon.wait_log(" started again, ", 1);
    assert_eq!(niceness(daemon.pid()), -5, "the trial's is not the daemon's");
    assert_eq!(daemon.stop(), Some(0));
}

/// What is out of range is refused with what to write.
#[test]
fn a_priority_out_of_range_is_refused() {
    for wrong in ["20", "-21", "high", ""] {
        let ended = Child::start(PLAIN, ["--nice", wrong]).wait();
        ended.expect_code(64);
        assert!(ended.errors.contains("--nice") && ended.errors.contains("from -20 to 19"), "{ended:#?}");
    }
}
