//! Restarts in place of a daemon that is not root any more: the lock, the log and the PID file are root's, and stay.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixDatagram;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use daemon_core::lock::file::FileLock;
use daemon_core::lock::{Acquired, Identity, Name, Provider};
use daemon_tests::{Child, figure, rounds};
use nix::sys::signal::Signal;

use super::{DAEMON, OTHER, Open, expect_wholly, nobody};

/// Fault: another process, as root, tries to take the lock all the time while the daemon, which could not open it, restarts.
/// Required: never a gap, never a second lock, the same log and PID file.
#[test]
fn fault_117_the_lock_of_root_is_kept_over_restarts() {
    let (open, count) = (Open::new(), rounds(2000));
    let pid_file = open.file("x.pid");
    let daemon = open.background(&["-p", pid_file.to_str().expect("text")]);
    let want = format!("{}\n", daemon.pid());
    let stop = Arc::new(AtomicBool::new(false));
    let (stopped, lock, log) = (Arc::clone(&stop), open.place.lock(), open.file("test.log"));
    let contender = std::thread::spawn(move || {
        let mut lock = FileLock::new(lock, Identity::new(Name::new("contender").expect("a name")));
        let mut tries = 0u64;
        while !stopped.load(Ordering::Relaxed) {
            assert!(!matches!(lock.acquire(), Acquired::Held(_)), "stolen after {tries} tries");
            tries += 1;
        }
        tries
    });
    for round in 1..=count {
        daemon.signal(Signal::SIGHUP);
        daemon.wait_log("started again", round);
        assert_eq!(fs::read_to_string(&pid_file).expect("a PID file"), want);
    }
    stop.store(true, Ordering::Relaxed);
    let tries = contender.join().expect("the lock was never free");
    expect_wholly(daemon.pid(), nobody(), &nobody().1.to_string());
    let trouble = |line: &&str| line.contains(" warn: ") || line.contains(" error: ");
    // A machine under load may be late for a slot.
    let log_text = daemon.log();
    let trouble: Vec<_> = log_text.lines().filter(trouble).filter(|line| !line.contains("iteration took")).collect();
    assert!(trouble.is_empty(), "{trouble:#?}");
    assert!(daemon_tests::proc::descriptors(daemon.pid()).contains(&log));
    assert_eq!(daemon.stop(), Some(0));
    assert_eq!(fs::read_to_string(&pid_file).expect("root's"), "", "emptied through the descriptor that was kept");
    figure("fault_117", &format!("{count} restarts as nobody: 0 of {tries} tries of root stole the lock"));
}

/// The default place of the lock and of the log is that of the user who started it, also after restarts.
#[test]
fn the_state_directory_stays_the_one_of_the_first_start() {
    let open = Open::new();
    let state = open.file("run");
    fs::create_dir(&state).expect("a directory");
    let script = "mount --bind \"$1\" /run && exec \"$2\" --lock file";
    let mut command = std::process::Command::new("unshare");
    command.args(["--mount", "sh", "-c", script, "sh"]).arg(&state).arg(&open.program);
    daemon_tests::alone(&mut command);
    let notify = open.file("notify");
    let _socket = UnixDatagram::bind(&notify).expect("a socket");
    fs::set_permissions(&notify, fs::Permissions::from_mode(0o777)).expect("a mode");
    let mut child = Child::spawn({
        command.env("NOTIFY_SOCKET", &notify);
        command
    });
    let place = "/run/privileged/privileged.lock";
    assert!(child.wait_for(" started, ").contains(place));
    for _ in 0..3 {
        child.signal(Signal::SIGHUP);
        assert!(child.wait_for(" started again, ").contains(place));
    }
    child.stop().expect_code(0);
    assert!(state.join("privileged/privileged.lock").exists());
}

/// A program that declares another user does not pass its trial: the old one goes on, and says why.
#[test]
fn another_user_needs_another_start() {
    let open = Open::new();
    let daemon = open.background(&[]);
    open.install(OTHER);
    daemon.signal(Signal::SIGHUP);
    daemon.wait_log("no restart, going on as before", 1);
    assert!(daemon.log().contains("user = daemon (declared): this process runs as nobody"), "{}", daemon.log());
    assert!(!daemon.log().contains("set up privileged_other"));
    open.install(DAEMON);
    daemon.signal(Signal::SIGHUP);
    daemon.wait_log("started again", 1);
    expect_wholly(daemon.pid(), nobody(), &nobody().1.to_string());
    assert_eq!(daemon.stop(), Some(0));
    // The user that is declared newly is become at the restart of a daemon that is still root.
    open.install(super::PLAIN);
    let daemon = open.background(&[]);
    open.install(OTHER);
    daemon.signal(Signal::SIGHUP);
    daemon.wait_log("set up privileged_other", 1);
    let user = nix::unistd::User::from_name("daemon").expect("a user database").expect("the user daemon");
    assert_eq!(daemon_tests::proc::status(daemon.pid(), "Uid"), super::four(user.uid.as_raw()));
    assert_eq!(daemon.stop(), Some(0));
}

/// A name that changes with time, in a directory of root's: the next image can not make the next file, and goes on with
/// the old one instead of ending.
#[test]
fn a_log_that_can_not_follow_does_not_end_a_restart() {
    let open = Open::new();
    let notify = open.file("notify");
    let _socket = UnixDatagram::bind(&notify).expect("a socket");
    fs::set_permissions(&notify, fs::Permissions::from_mode(0o777)).expect("a mode");
    let mut command = open.command();
    let pattern = open.file("log-%s");
    command.env("NOTIFY_SOCKET", &notify).arg("--lock").arg(open.place.lock()).arg("-v").arg("--log").arg(&pattern);
    let mut child = Child::spawn(command);
    child.wait_started();
    let logs = || {
        let entries = fs::read_dir(open.place.path()).expect("a directory").flatten().map(|entry| entry.path());
        entries.filter(|path| path.to_string_lossy().contains("/log-")).collect::<Vec<_>>()
    };
    let log = logs().pop().expect("a log");
    let second = || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a clock").as_secs();
    let began = second();
    daemon_tests::wait_until("another second, and so another name", || second() > began);
    for round in 1..=3 {
        child.signal(Signal::SIGHUP);
        child.wait_for("started again");
        let text = fs::read_to_string(&log).expect("the old log");
        assert_eq!(text.matches("staying with the old one").count(), round, "once an image: {text}");
    }
    child.stop().expect_code(0);
    assert_eq!(logs(), [log]);
}
