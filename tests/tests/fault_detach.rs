//! Faults of `-d`: what the launcher says, and how far the daemon really is from where it was started.

use std::fs;
use std::os::fd::AsRawFd;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use daemon_tests::{Child, Detached, Place, figure, holder, proc, rounds};
use nix::sys::signal::{SigHandler, SigSet, SigmaskHow, Signal, signal, sigprocmask};

const DAEMON: &str = env!("CARGO_BIN_EXE_lifecycle");

fn start(place: &Place, more: &[&str]) -> Detached {
    Detached::start(DAEMON, place, more).unwrap_or_else(|ended| panic!("the launcher failed: {ended:#?}"))
}

/// The launcher returns when the daemon is ready, and not before: setup is done, the lock is held, the PID file is
/// there. A failed start gives its own exit code, and its reason on standard error.
#[test]
fn fault_001_the_launcher_tells_the_truth() {
    for _ in 0..rounds(100) {
        let place = Place::new();
        let pid_file = place.file("x.pid");
        let daemon = start(&place, &["-p", pid_file.to_str().expect("text")]);
        assert!(daemon.log().contains("set up lifecycle"), "ready before setup: {}", daemon.log());
        assert_eq!(fs::read_to_string(&pid_file).expect("a PID file"), format!("{}\n", daemon.pid()));
        let second = Detached::start(DAEMON, &place, [""; 0]).err().expect("the lock is held");
        assert!(second.errors.contains(&format!("already running: pid {}", daemon.pid())), "{second:#?}");
        second.expect_code(75);
        assert_eq!(daemon.stop(), Some(0));
        assert!(!pid_file.exists());
        let failed = Detached::start(DAEMON, &place, ["--setup", "fail"]).err().expect("setup fails");
        assert!(failed.errors.contains("no input today"), "{failed:#?}");
        failed.expect_code(66);
    }
}

/// A daemon that dies during its start is noticed at once.
#[test]
fn fault_002_a_death_before_ready_is_a_failed_start() {
    let place = Place::new();
    let failed = Detached::start(DAEMON, &place, ["--setup", "die"]).err().expect("setup dies");
    assert!(failed.errors.contains("ended before it was ready"), "{failed:#?}");
    failed.expect_code(70);
    assert_eq!(start(&place, &[]).stop(), Some(0), "nothing is left that would keep the next from starting");
}

/// Own session, no terminal, nothing of the launcher's kept.
#[test]
fn fault_003_the_daemon_is_really_detached() {
    let place = Place::new();
    let daemon = start(&place, &[]);
    let stat = fs::read_to_string(format!("/proc/{}/stat", daemon.pid())).expect("a process");
    let fields: Vec<&str> = stat.rsplit(") ").next().expect("fields").split(' ').collect();
    let (session, terminal) = (fields[3], fields[4]);
    let ours = nix::unistd::getsid(None).expect("a session").to_string();
    assert_ne!(session, ours);
    assert_ne!(session, daemon.pid().to_string(), "the leader of a session could be given a terminal");
    assert_eq!(terminal, "0");
    assert_eq!(fs::read_link(format!("/proc/{}/cwd", daemon.pid())).expect("a directory").to_str(), Some("/"));
    for number in 0..3 {
        let leads = fs::read_link(format!("/proc/{}/fd/{number}", daemon.pid())).expect("a descriptor");
        assert_eq!(leads.to_str(), Some("/dev/null"));
    }
    assert_eq!(proc::status(daemon.pid(), "Name"), "lifecycle");
    assert_eq!(daemon.stop(), Some(0));
}

/// Whatever the parent left behind: blocked and ignored signals, an open umask, closed standard descriptors, strange
/// open ones.
#[test]
fn fault_004_inherited_state_is_cleaned() {
    for case in 0..32u32 {
        let place = Place::new();
        let stray = fs::File::create(place.file("stray")).expect("a file");
        let number = stray.as_raw_fd();
        let mut command = Command::new(DAEMON);
        // SAFETY: only calls that are allowed between fork and exec.
        unsafe {
            command.pre_exec(move || {
                if case & 1 != 0 {
                    sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::all()), None)?;
                }
                if case & 2 != 0 {
                    signal(Signal::SIGCHLD, SigHandler::SigIgn)?;
                    signal(Signal::SIGHUP, SigHandler::SigIgn)?;
                }
                if case & 4 != 0 {
                    libc::umask(0);
                }
                if case & 8 != 0 {
                    for fd in 0..3 {
                        libc::close(fd);
                    }
                }
                if case & 16 != 0 {
                    libc::dup2(number, 200);
                }
                Ok(())
            });
        }
        let daemon = Detached::spawn(command, &place).unwrap_or_else(|ended| panic!("case {case}: {ended:#?}"));
        assert_eq!(proc::status(daemon.pid(), "SigBlk"), "0000000000000000", "case {case}");
        let leaked = proc::descriptors(daemon.pid()).iter().any(|path| path.ends_with("stray"));
        assert!(!leaked, "case {case}: a descriptor of others is kept");
        let mode = std::os::unix::fs::MetadataExt::mode(&fs::metadata(place.file("test.log")).expect("a log"));
        assert_eq!(mode & 0o027, 0, "case {case}: the log has mode {mode:o}");
        daemon.signal(Signal::SIGHUP);
        daemon.wait_log("started again", 1);
        assert_eq!(daemon.stop(), Some(0), "case {case}");
    }
}

/// Of many starts at once exactly one wins, and the losers leave it alone.
#[test]
fn fault_006_simultaneous_starts_have_one_winner() {
    let full = rounds(200);
    for round in 0..full {
        let place = Place::new();
        let pid_file = place.file("x.pid");
        let starters: Vec<Child> = (0..16)
            .map(|_| {
                let mut command = Command::new(DAEMON);
                command.arg("--lock").arg(place.lock()).arg("-p").arg(&pid_file);
                Child::spawn(command)
            })
            .collect();
        daemon_tests::wait_until("a winner", || holder(&place.lock()).is_some());
        let winner = holder(&place.lock()).expect("a winner").cast_unsigned();
        let (winners, losers): (Vec<Child>, Vec<Child>) = starters.into_iter().partition(|child| child.pid() == winner);
        // The winner must hold on until the last loser has tried.
        for loser in losers {
            loser.wait().expect_code(75);
        }
        for mut winner in winners {
            winner.wait_started();
            assert_eq!(fs::read_to_string(&pid_file).expect("a PID file"), format!("{}\n", winner.pid()));
            winner.stop().expect_code(0);
        }
        assert!(!pid_file.exists(), "round {round}");
    }
    figure("fault_006", &format!("{full} rounds of 16 starts: one winner each"));
}

/// Process 1 of a container would take the container with it; under an init system that waits for a word from us the
/// launcher's end would be taken for ours.
#[test]
fn fault_007_d_is_refused_as_process_1_and_ignored_under_an_init_system() {
    let place = Place::new();
    let mut command = Command::new("unshare");
    command.args(["--pid", "--fork", "--mount-proc", DAEMON, "-d", "--lock"]).arg(place.lock());
    let ended = Child::spawn(command).wait();
    assert!(ended.errors.contains("process 1") && ended.errors.contains("leave out -d"), "{ended:#?}");
    ended.expect_code(64);
    let mut command = Command::new(DAEMON);
    command.env("NOTIFY_SOCKET", place.file("notify")).arg("-d").arg("--lock").arg(place.lock());
    let mut supervised = Child::spawn(command);
    supervised.wait_started();
    supervised.stop().expect_code(0);
}

/// What a crontab does: standard output is thrown away, and standard error is mailed. A failed start is told there.
#[test]
fn a_failed_start_in_the_foreground_is_told_on_standard_error() {
    let place = Place::new();
    let mut command = Command::new(DAEMON);
    command.args(["--setup", "fail", "--lock"]).arg(place.lock());
    let ended = Child::spawn(command).wait();
    assert!(ended.errors.contains("no input today"), "{ended:#?}");
    ended.expect_code(66);
}

/// With `-d` there is no standard output to fall back to: a log that can not be written is a failed start.
#[test]
fn a_log_that_can_not_be_written_is_a_failed_start() {
    let place = Place::new();
    let mut command = Command::new(DAEMON);
    command.arg("-d").arg("--lock").arg(place.lock()).args(["--log", "/nowhere/at/all.log"]).stdin(Stdio::null());
    let ended = Child::spawn(command).wait();
    assert!(ended.errors.contains("/nowhere/at/all.log"), "{ended:#?}");
    ended.expect_code(73);
    assert_eq!(holder(&place.lock()), None, "the lock was given back");
}

/// The crontab line: a start every minute that is silent and ends with 0 while the daemon runs.
#[test]
fn the_crontab_line_is_silent_while_the_daemon_runs() {
    let place = Place::new();
    let daemon = start(&place, &["--if-locked=ok"]);
    for _ in 0..3 {
        let mut command = Command::new(DAEMON);
        command.arg("-d").arg("--if-locked=ok").arg("--lock").arg(place.lock());
        let ended = Child::spawn(command).wait();
        ended.expect_code(0);
        assert_eq!((ended.lines.len(), ended.errors.as_str()), (0, ""));
    }
    assert_eq!(holder(&place.lock()), Some(daemon.pid().cast_signed()));
    assert_eq!(daemon.stop(), Some(0));
}
