//! The log file named by a function, which is asked again when the wall clock passes a five-minute mark.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use daemon_tests::loose::wait_until;
use daemon_tests::record::Line;
use daemon_tests::wall::Clock;
use daemon_tests::{Child, Place};

fn start(place: &Place, clock: &Clock) -> Child {
    start_with(place, clock, &[])
}

fn start_with(place: &Place, clock: &Clock, arguments: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_log_marks"));
    command.args(arguments).env("DIRECTORY", place.path());
    clock.start(command)
}

/// Waits until the log has `count` more ticks at `stamp`.
fn wait_ticks(log: &Path, stamp: &str, count: usize) {
    let ticks = || {
        let text = fs::read_to_string(log).unwrap_or_default();
        text.lines().filter(|line| line.contains(stamp) && line.contains(" tick ")).count()
    };
    let before = ticks();
    wait_until(&format!("{count} ticks at {stamp} in {}", log.display()), || ticks() >= before + count);
}

fn numbers(logs: &[PathBuf]) -> Vec<u64> {
    let lines = logs.iter().flat_map(|log| Line::read(log));
    lines.filter_map(|line| line.message.strip_prefix("tick ")?.parse().ok()).collect()
}

/// A simple rotator: the function is asked once at start, and again whenever the wall clock, however it got there, is in
/// another span of five minutes; not in between. No record is lost or written twice.
#[test]
fn the_log_file_is_asked_for_at_five_minute_marks() {
    let place = Place::new();
    let clock = Clock::new(&place, "2026-01-01 00:04:59");
    let log = |number: usize| place.file(&format!("log-{number}"));
    let child = start(&place, &clock);
    wait_ticks(&log(1), "00:04:59.", 3);
    for (time, number) in
        [("00:05:00", 2), ("00:09:59", 2), ("00:10:00", 3), ("00:14:59", 3), ("00:04:58", 4), ("00:10:00", 5)]
    {
        clock.set(&format!("2026-01-01 {time}"));
        wait_ticks(&log(number), &format!("{time}."), 3);
    }
    child.stop().expect_code(0);
    assert!(!log(6).exists(), "asked too often");
    let logs: Vec<PathBuf> = (1..=5).map(log).collect();
    let all = numbers(&logs);
    assert_eq!(all, (1..=all.len() as u64).collect::<Vec<_>>());
    // Asked once for each file, and what the function logs is not lost either.
    let asked = logs.iter().flat_map(|log| Line::read(log)).filter(|line| line.message.starts_with("asked ")).count();
    assert_eq!(asked, 5);
}

/// The next file can not be opened: the old one goes on, with a warning, and nothing is lost.
#[test]
fn a_log_file_that_can_not_follow_leaves_the_old_one() {
    let place = Place::new();
    let clock = Clock::new(&place, "2026-01-01 00:04:59");
    let log = place.file("log-1");
    fs::create_dir(place.file("log-2")).expect("a directory in the way");
    let child = start(&place, &clock);
    wait_ticks(&log, "00:04:59.", 3);
    clock.set("2026-01-01 00:05:00");
    wait_ticks(&log, "00:05:00.", 3);
    clock.set("2026-01-01 00:10:00");
    wait_ticks(&place.file("log-3"), "00:10:00.", 3);
    child.stop().expect_code(0);
    let warnings = Line::read(&log).iter().filter(|line| line.message.contains("staying with the old one")).count();
    assert_eq!(warnings, 1);
    let all = numbers(&[log, place.file("log-3")]);
    assert_eq!(all, (1..=all.len() as u64).collect::<Vec<_>>());
}

/// Fault 89 across a change of the file: what the old one could not take is counted and told in the new one, exactly.
#[test]
fn fault_089_losses_are_told_across_a_change_of_the_file() {
    let place = Place::new();
    let clock = Clock::new(&place, "2026-01-01 00:04:59");
    std::os::unix::fs::symlink("/dev/full", place.file("log-1")).expect("a link");
    // Without an interval, or some of what is lost would be words about iterations that came late.
    let child = start_with(&place, &clock, &["--interval", "0"]);
    wait_until("records that are lost", || writes(child.pid()) > 20);
    clock.set("2026-01-01 00:05:00");
    let log = place.file("log-2");
    wait_ticks(&log, "00:05:00.", 3);
    child.stop().expect_code(0);
    let lines = Line::read(&log);
    let ticks = numbers(&[log]);
    let (first, last) = (ticks[0], ticks[ticks.len() - 1]);
    assert_eq!(ticks, (first..=last).collect::<Vec<_>>());
    // The ticks before the first that is there, the line of the start, and what the function logs each time.
    assert!(first > 1, "nothing was lost");
    assert_eq!(daemon_tests::record::lost(&lines), first - 1 + 3);
}

/// How often the process has tried to write.
fn writes(pid: u32) -> u64 {
    let text = fs::read_to_string(format!("/proc/{pid}/io")).unwrap_or_default();
    let count = text.lines().find_map(|line| line.strip_prefix("syscw: "));
    count.and_then(|count| count.parse().ok()).unwrap_or(0)
}
