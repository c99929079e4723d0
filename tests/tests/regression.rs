//! Bugs of the original, by the numbers of its list: each must not come back. B22 is with the lock, B29 is fault 67.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Command;

use daemon_tests::grid::{Tick, check};
use daemon_tests::record::Line;
use daemon_tests::{Child, Detached, Place, figure, holder, proc, rounds, traced, wait_until};
use nix::sys::signal::Signal;

/// What the free-running daemon reports of itself.
struct Report(String);

impl Report {
    fn of(arguments: &[&str], count: u64) -> Self {
        Self::with(arguments, count, &[])
    }

    fn with(arguments: &[&str], count: u64, settings: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_time_free"));
        command.args(arguments).env("COUNT", count.to_string()).envs(settings.iter().copied());
        let ended = Child::spawn(command).wait();
        ended.expect_code(0);
        let line = ended.lines.iter().find(|line| line.contains(" iterations="));
        let report = Self(line.expect("a report").clone());
        assert_eq!(report.number("iterations"), count);
        report
    }

    fn number(&self, name: &str) -> u64 {
        let (_, rest) = self.0.split_once(&format!(" {name}=")).expect("a field of the report");
        let number = rest.split(' ').next().and_then(|text| text.parse().ok());
        number.expect("a number")
    }
}

/// B8: a signal during the sleep started the next iteration at once. Here a stream of signals moves no tick: none is
/// before its slot, none is doubled.
#[test]
fn b08_signals_do_not_disturb_the_schedule() {
    let place = Place::new();
    let mut command = Command::new(env!("CARGO_BIN_EXE_time_grid"));
    command.env("RECORD", place.file("record")).env("CHANGE", "");
    let mut child = Child::spawn(command);
    child.wait_for(" tick 1");
    let mut sent = 0;
    let record = place.file("record");
    let ticks = rounds(2000);
    while Tick::read(&record).len() < ticks {
        for signal in [Signal::SIGUSR1, Signal::SIGUSR2, Signal::SIGCONT, Signal::SIGWINCH] {
            child.signal(signal);
            sent += 1;
        }
        std::thread::yield_now();
    }
    child.stop().expect_code(0);
    let ticks = Tick::read(&record);
    let _ = check(&ticks, std::time::Duration::from_millis(10));
    figure("b08", &format!("{sent} signals in {} ticks, early ticks 0", ticks.len()));
}

/// B9: an interval of 0 was capped at 100 iterations a second. Here the loop never sleeps: with the cap this would run
/// into the time limit by far.
#[test]
fn b09_an_interval_of_zero_is_not_capped() {
    let count = 100_000;
    for arguments in [&["--interval", "0", "--idle", "0"][..], &["--interval", "0"]] {
        let report = Report::of(arguments, count);
        let switches = report.number("switches");
        assert!(switches < count / 100, "it slept {switches} times in {count} iterations");
        let rate = u128::from(count * 9 / 10) * 1_000_000_000 / u128::from(report.number("nanos").max(1));
        figure("b09", &format!("{}: {count} iterations, {rate} a second", arguments.join(" ")));
    }
}

/// B10: leaving the interval out, as documented, failed the environment check.
#[test]
fn b10_no_interval_works() {
    let report = Report::of(&[], 1000);
    assert_eq!(report.number("stats"), 999, "the iteration that reports has not ended");
}

/// B11: with an interval up to 10 ms, or when every iteration overran, no idle event ever came, so that housekeeping
/// never ran.
#[test]
fn b11_idle_events_come_at_short_intervals() {
    for interval in ["10ms", "1ms"] {
        let report = Report::of(&["--interval", interval], 200);
        let idles = report.number("idles");
        assert!(idles > 0, "no idle event at {interval}");
        figure("b11", &format!("{interval}: {idles} idle events in 200 iterations"));
    }
}

/// B11: what the loop keeps for its statistics does not grow, with no idle time at all: neither in a loop without an
/// interval nor where each iteration overruns.
#[test]
fn b11_memory_does_not_grow_without_idle_time() {
    let limit = 1024;
    let count = 1_000_000;
    let grown = Report::of(&["--idle", "0"], count).number("grown_kb");
    assert!(grown < limit, "{grown} kB in {count} iterations");
    figure("b11", &format!("no interval: {grown} kB in {count} iterations"));

    let count = rounds(100_000) as u64;
    let report = Report::with(&["--interval", "100us"], count, &[("HOLD", "100000")]);
    let (grown, errors) = (report.number("grown_kb"), report.number("errors"));
    assert!(errors >= count - 1, "{errors} overruns in {count} iterations");
    assert!(grown < limit, "{grown} kB in {count} overruns");
    figure("b11", &format!("overruns: {grown} kB in {count} iterations"));
}

const LIFECYCLE: &str = env!("CARGO_BIN_EXE_lifecycle");

/// A line break, quotes, what a shell would obey or expand, nothing at all, and bytes that are no text.
const ODD: &[u8] = b" a b\n\"c\" 'd' $(touch owned) `touch owned` ; * \\ \xc3\xa4";

/// B14: the command line of a restart lost the user's switches and its quoting, and the path was wrong unless it was
/// absolute. Here all that the program was started with is the same after each restart, byte for byte.
#[test]
fn b14_a_restart_loses_no_argument_no_quote_and_no_path() {
    let place = Place::new();
    let directory = place.file("with space 'and \"quotes\" $HOME");
    fs::create_dir(&directory).expect("a directory");
    fs::copy(LIFECYCLE, directory.join("a program")).expect("a copy");
    // A relative path that only the first image can resolve: it leaves its directory.
    let mut command = Command::new("./a program");
    command.current_dir(&directory).arg("--note").arg(OsStr::from_bytes(ODD)).args([
        "--interval",
        "7ms",
        "-p",
        "x.pid",
    ]);
    let daemon = Detached::spawn(command, &place).unwrap_or_else(|ended| panic!("{ended:#?}"));
    let arguments = || fs::read(format!("/proc/{}/cmdline", daemon.pid())).expect("readable");
    let before = arguments();
    assert!(before.starts_with(b"./a program\0") && before.windows(ODD.len()).any(|part| part == ODD));
    let count = rounds(200);
    for round in 1..=count {
        daemon.signal(Signal::SIGHUP);
        daemon.wait_log("started again, every 7ms", round);
        assert_eq!(arguments(), before, "restart {round}");
    }
    let program = fs::read_link(format!("/proc/{}/exe", daemon.pid())).expect("a program");
    assert_eq!(program, fs::canonicalize(directory.join("a program")).expect("there"));
    assert_eq!(fs::read_to_string(directory.join("x.pid")).expect("a PID file"), format!("{}\n", daemon.pid()));
    assert!(!directory.join("owned").exists() && !Path::new("/owned").exists(), "a shell has read it");
    assert_eq!(daemon.stop(), Some(0));
    assert!(!directory.join("x.pid").exists());
    figure("b14", &format!("{count} restarts: {} bytes of arguments the same", before.len()));
}

/// B23: at each restart the old process died with an error, and ran its teardown twice. Here each life has one setup and
/// one teardown, in turns; the process stays the same, says nothing of an error, and ends with 0.
#[test]
fn b23_each_life_is_torn_down_once_and_nothing_dies() {
    let (place, count) = (Place::new(), rounds(1000));
    // No iteration after the first: on a busy machine some would be late, which is an error of another kind.
    let daemon = Detached::start(LIFECYCLE, &place, ["--interval", "1h"]).expect("a start");
    let pid = daemon.pid();
    for round in 1..=count {
        daemon.signal(Signal::SIGHUP);
        daemon.wait_log("started again", round);
    }
    let log = place.file("test.log");
    assert_eq!(daemon.stop(), Some(0));
    let lines = Line::read(&log);
    assert!(lines.iter().all(|line| line.pid == pid), "another process: {lines:#?}");
    assert!(
        !lines.iter().any(|line| line.message.starts_with("error:") || line.message.starts_with("warn:")),
        "{lines:#?}"
    );
    let life = |line: &&Line| line.message.starts_with("set up") || line.message.starts_with("left after");
    let turns: Vec<bool> = lines.iter().filter(life).map(|line| line.message.starts_with("set up")).collect();
    let want: Vec<bool> = (0..(count + 1) * 2).map(|turn| turn % 2 == 0).collect();
    assert_eq!(turns, want, "a life without its teardown, or a teardown too many");
    figure("b23", &format!("{count} restarts: {} setups, {} teardowns, one exit with 0", count + 1, count + 1));
}

/// B24: the background process stayed in the session and on the descriptors of its starter, and its PID file was written
/// before the lock was asked for: a second start took it from the first.
#[test]
fn b24_the_pid_file_belongs_to_who_has_the_lock_and_the_daemon_to_nobody() {
    let place = Place::new();
    let pid_file = place.file("x.pid");
    let start = || Detached::start(LIFECYCLE, &place, ["-p", pid_file.to_str().expect("text")]);
    let daemon = start().expect("a start");
    let before = fs::metadata(&pid_file).expect("a PID file").ino();
    for _ in 0..rounds(200) {
        start().err().expect("the lock is held").expect_code(75);
        assert_eq!(fs::metadata(&pid_file).expect("still there").ino(), before);
    }
    assert_eq!(fs::read_to_string(&pid_file).expect("readable"), format!("{}\n", daemon.pid()));
    let session = nix::unistd::getsid(Some(nix::unistd::Pid::from_raw(daemon.pid().cast_signed()))).expect("a session");
    assert_ne!(Some(session), nix::unistd::getsid(None).ok());
    let ours = std::env::current_dir().expect("a directory");
    let open = proc::descriptors(daemon.pid());
    assert!(open.iter().all(|path| !path.starts_with(&ours) && !path.starts_with("pipe:")), "{open:?}");
    assert_eq!(daemon.stop(), Some(0));
}

/// B24: the order of the calls: first the lock, then the PID file; at the end the other way round.
#[test]
fn b24_the_pid_file_is_written_and_removed_under_the_lock() {
    let place = Place::new();
    let (pid_file, calls) = (place.file("x.pid"), place.file("calls"));
    let arguments =
        ["-p".as_ref(), pid_file.as_os_str(), "--lock".as_ref(), place.lock().as_os_str()].map(OsString::from);
    let mut child = Child::spawn(traced(LIFECYCLE, arguments, &[], &calls));
    child.wait_started();
    assert_eq!(holder(&place.lock()), Some(child.pid().cast_signed()));
    child.stop().expect_code(0);
    // strace writes behind the daemon's back, so its last line may come later than the exit.
    wait_until("the end of what was called", || {
        fs::read_to_string(&calls).is_ok_and(|text| text.contains("exit_group("))
    });
    let calls = fs::read_to_string(&calls).expect("what was called");
    let at = |call: &str, about: &str| {
        let found = calls.lines().position(|line| line.starts_with(call) && line.contains(about));
        found.unwrap_or_else(|| panic!("no {call}…{about} in {calls}"))
    };
    let shown = format!("\"{}\"", pid_file.display());
    let steps = [at("flock(", "LOCK_EX"), at("rename(", &shown), at("unlink(", &shown), at("pwrite64(", "\"was\"")];
    assert!(steps.is_sorted(), "{steps:?} in {calls}");
}

/// B25: stamps and uptime were whole seconds.
#[test]
fn b25_stamps_and_uptime_have_fractions() {
    let report = Report::of(&["--interval", "1ms"], 500);
    let uptime = report.number("uptime");
    assert!(!uptime.is_multiple_of(1_000_000), "an uptime of {uptime} ns is suspiciously round");
    let place = Place::new();
    let mut command = Command::new(env!("CARGO_BIN_EXE_time_grid"));
    command.env("RECORD", place.file("record")).env("TICKS", "100");
    let ended = Child::spawn(command).wait();
    let lines: Vec<Line> = ended.lines.iter().map(|line| Line::parse(line).expect("a line of a log")).collect();
    let mut millis: Vec<u32> = lines.iter().map(Line::millis).collect();
    millis.sort_unstable();
    millis.dedup();
    // A hundred ticks 10 ms apart fall on a hundred different thousandths, as far as none is missed.
    assert!(millis.len() > 20, "{millis:?}");
}
