//! Bugs of the original, by the numbers of its list: each must not come back. B22 is with the lock, B29 is fault 67.

use std::process::Command;

use daemon_tests::grid::{Tick, check};
use daemon_tests::record::Line;
use daemon_tests::{Child, Place, figure, rounds};
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
