//! Row 2: a start that hangs or dies at any of its steps.

use std::fs;
use std::path::Path;
use std::time::Duration;

use daemon_tests::{Child, Detached, Place, figure, rounds, spread};

use crate::{expect_startable, hanging, instant, now, unlocked};

/// Each step of a start in which code of the author's runs, and how a cut names it.
const STEPS: [(&str, &str); 6] = [
    ("option", "the start has not ended"),
    ("making", "the start has not ended"),
    ("check", "the environment check has not ended"),
    ("plugin setup", "setup of plugin 2 has not ended"),
    ("setup", "setup has not ended"),
    ("init", "on init (tests/subjects/limits.rs:"),
];

/// Fault: the start hangs at one of its steps.
/// Required: the launcher of `-d` ends with 70 and the reason when the limit is over, no process is left, the lock is free.
#[test]
fn fault_002_a_start_that_hangs_is_told_and_ended() {
    let limit = Duration::from_millis(250);
    let mut late = Vec::new();
    let full = rounds(60);
    for _ in 0..full {
        for (step, named) in STEPS {
            let place = Place::new();
            let mut command = unlocked(&["--start-timeout", "250ms", "--word", "x"]);
            command.env("HANG", step);
            let began = now();
            let ended = Detached::spawn(command, &place).err().unwrap_or_else(|| panic!("{step}: it started"));
            late.push((now() - began).saturating_sub(limit));
            ended.expect_code(70);
            let reason = format!("limits: {named}");
            assert!(ended.errors.starts_with(&reason), "{step}: {ended:#?}");
            assert!(ended.errors.ends_with("the start_timeout of 250ms is over: ending the process\n"), "{ended:#?}");
            assert_eq!(left(place.path()), Vec::<u32>::new(), "{step}");
            expect_startable(&place);
        }
    }
    let (p50, _, max) = spread(late);
    figure(
        "fault_002",
        &format!(
            "hangs at {} steps: from the limit to the launcher's end p50 {p50:?}, max {max:?}; {full} of 60 rounds",
            STEPS.len()
        ),
    );
}

/// The same in the foreground: the line is the last that is logged, or on standard error as long as there is no log.
#[test]
fn fault_002_a_start_that_hangs_in_the_foreground_is_ended() {
    for (step, named) in STEPS {
        let place = Place::new();
        let ended = Child::spawn(hanging(&place, step, &["--start-timeout", "200ms", "--word", "x"])).wait();
        ended.expect_code(70);
        assert!(ended.errors.starts_with(&format!("limits: {named}")), "{step}: {ended:#?}");
        expect_startable(&place);
    }
}

/// Fault: the daemon is killed in one of its steps.
/// Required: the launcher says so within 100 ms.
#[test]
fn fault_002_a_death_at_any_step_is_told_at_once() {
    let mut times = Vec::new();
    let full = rounds(60);
    for _ in 0..full {
        // The reader of options runs in the launcher first.
        for (step, _) in &STEPS[1..] {
            let place = Place::new();
            let died = place.file("died");
            let mut command = unlocked(&[]);
            command.env("DIE", step).env("INSTANT", &died);
            let ended = Detached::spawn(command, &place).err().unwrap_or_else(|| panic!("{step}: it started"));
            let heard = now();
            ended.expect_code(70);
            assert!(ended.errors.contains("ended before it was ready"), "{step}: {ended:#?}");
            times.push(heard - instant(&fs::read_to_string(&died).expect("the instant of the death")));
            expect_startable(&place);
        }
    }
    let (p50, _, max) = spread(times);
    assert!(p50 < Duration::from_millis(100), "half of them took longer than {p50:?}");
    figure("fault_002", &format!("death to the launcher's end p50 {p50:?}, max {max:?}; {full} of 60 rounds"));
}

/// No limit at all is a choice: the start then takes what it takes.
#[test]
fn a_start_without_a_limit_is_not_cut() {
    let place = Place::new();
    let mut child = Child::spawn(hanging(&place, "nowhere", &["--start-timeout", "0"]));
    child.wait_started();
    child.stop().expect_code(0);
}

/// The limit ends with the start: what comes after it may take longer.
#[test]
fn the_limit_of_the_start_ends_with_it() {
    let place = Place::new();
    let mut command = hanging(&place, "nowhere", &["--start-timeout", "60ms"]);
    command.env("MODE", "patient");
    let mut child = Child::spawn(command);
    let began = instant(&child.wait_for("patient at"));
    while now() < began + Duration::from_millis(120) {
        std::thread::sleep(Duration::from_millis(1));
    }
    child.signal(nix::sys::signal::Signal::SIGTERM);
    child.wait_for("stopping seen");
    child.stop().expect_code(0);
}

/// The processes whose command line names this place.
fn left(place: &Path) -> Vec<u32> {
    let name = place.to_str().expect("a plain path");
    let entries = fs::read_dir("/proc").expect("a list of processes");
    let numbers = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let names_it = |pid: &u32| {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&line).contains(name)
    };
    numbers.filter(names_it).collect()
}
