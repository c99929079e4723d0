//! The loop as an author sees it: timers, no job at all, one job, an interval that changes, idle time.

use std::process::Command;
use std::time::{Duration, Instant};

use daemon_tests::grid::{Grid, Tick, check};
use daemon_tests::loose::wait_until;
use daemon_tests::{Child, Place, proc};
use nix::sys::signal::Signal;

const TICKER: &str = env!("CARGO_BIN_EXE_time_grid");
const STEP: Duration = Duration::from_millis(10);

fn ticker(place: &Place, arguments: &[&str]) -> Command {
    let mut command = Command::new(TICKER);
    command.args(arguments).env("RECORD", place.file("record"));
    command
}

/// Two timers become due while the main job runs: they wait for it, and then run in the order in which they were due,
/// which is not the order in which they were declared; all in one thread.
#[test]
fn timers_share_the_loop_and_run_in_due_order() {
    let mut child = Child::start(env!("CARGO_BIN_EXE_time_timers"), [""; 0]);
    for _ in 0..5 {
        child.wait_for(" ran ");
    }
    let ended = child.stop();
    ended.expect_code(0);
    let ran: Vec<&str> = ended.lines.iter().filter_map(|line| Some(line.split_once(" ran ")?.1)).collect();
    assert!(ran[0].starts_with("job ") && ran[1].starts_with("quick ") && ran[2].starts_with("slow "), "{ran:?}");
    let thread = |text: &&str| text.split_once(" in ").map(|(_, thread)| thread.to_owned());
    assert!(ran.iter().all(|text| thread(text) == thread(&ran[0])), "{ran:?}");
    assert_eq!(ended.count(" ran job "), 1, "the hour is not over");
}

/// Nothing to execute and a timer an hour away: the daemon sleeps until its next event, and wakes for a signal alone.
#[test]
fn without_a_job_the_loop_sleeps() {
    let mut child = Child::start(env!("CARGO_BIN_EXE_time_events"), [""; 0]);
    let line = child.wait_for(" started, ");
    assert!(line.contains("nothing to execute, waiting for events"), "{line}");
    let pid = child.pid();
    let switches = || proc::status(pid, "voluntary_ctxt_switches").parse::<u64>().expect("a number");
    wait_until("it sleeps", || proc::status(pid, "State").starts_with('S'));
    let before = switches();
    // What a loop that looks around ten times a second would do meanwhile.
    let end = Instant::now() + Duration::from_secs(1);
    wait_until("a second", || Instant::now() >= end);
    assert_eq!(switches(), before, "it woke up with nothing to do");
    child.signal(Signal::SIGUSR2);
    child.wait_for(" heard");
    child.stop().expect_code(0);
}

fn once(place: &Place, extra: &[&str], settings: &[(&str, &str)]) -> (Vec<String>, Option<i32>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_panic_place"));
    command
        .args(["--once", "--lock"])
        .arg(place.lock())
        .args(extra)
        .envs(settings.iter().copied())
        .env("JOURNAL", place.file("journal"));
    let ended = Child::spawn(command).wait();
    let journal = std::fs::read_to_string(place.file("journal")).unwrap_or_default();
    (journal.lines().map(str::to_owned).collect(), ended.code)
}

/// `--once`: lock, setup, one iteration, teardown in reverse order, 0; and the lock is free again.
#[test]
fn once_is_one_iteration_from_lock_to_teardown() {
    let place = Place::new();
    let (journal, code) = once(&place, &[], &[]);
    assert_eq!(code, Some(0));
    let by_the_way =
        |line: &str| ["idle", "every", "signal", "plugin name"].contains(&line) || line.ends_with("plugin Drop");
    let stages: Vec<&str> = journal.iter().map(String::as_str).filter(|line| !by_the_way(line)).collect();
    let wanted = [
        "plugin made",
        "first plugin check",
        "second plugin check",
        "log function",
        "first plugin setup",
        "second plugin setup",
        "setup",
        "init",
        "pre_execute",
        "post_execute",
        "shutdown",
        "Drop",
        "second plugin teardown",
        "first plugin teardown",
    ];
    assert_eq!(stages, wanted);
    assert!(place.lock().exists(), "no lock was taken");
    assert_eq!(once(&place, &[], &[]).1, Some(0), "the lock is not free");
}

/// `--once` with a failing job: 70, and everything is torn down all the same.
#[test]
fn once_fails_with_the_jobs_code() {
    let place = Place::new();
    let (journal, code) = once(&place, &[], &[("PLACE", "pre_execute")]);
    assert_eq!(code, Some(70));
    let end: Vec<&str> = journal.iter().rev().take(8).map(String::as_str).collect();
    assert!(end.contains(&"first plugin teardown") && end.contains(&"Drop"), "{end:?}");
    assert!(!journal.contains(&"post_execute".to_owned()), "{journal:?}");
}

/// An interval of an hour becomes 10 ms while the daemon runs: ticks follow on the new grid. One that can not be is
/// refused with an error and changes nothing.
#[test]
fn the_interval_changes_at_run_time() {
    let place = Place::new();
    let mut command = ticker(&place, &["--interval", "1h"]);
    command.env("CHANGE", "10ms");
    let mut child = Child::spawn(command);
    child.wait_for(" tick 1");
    child.signal(Signal::SIGUSR2);
    child.wait_for("interval is now 10ms");
    child.wait_for(" tick 20");
    child.stop().expect_code(0);
    let ticks = Tick::read(&place.file("record"));
    assert!(ticks[0].next_low - ticks[0].start > 3_000_000_000_000, "the first interval is an hour");
    // A new grid counts from its first slot on.
    let _ = check(&ticks[1..], STEP);

    let mut command = ticker(&place, &[]);
    command.env("CHANGE", "99us");
    let mut child = Child::spawn(command);
    child.wait_for(" tick 1");
    child.signal(Signal::SIGUSR2);
    let line = child.wait_for("error event: ");
    assert!(line.contains("interval 99us refused: it must be 0 or from 100us to 100 years"), "{line}");
    child.wait_for(" tick ");
    child.stop().expect_code(0);
    let _ = check(&Tick::read(&place.file("record")), STEP);
}

/// What the free-running daemon reports of itself.
fn free(arguments: &[&str], count: u64) -> (u64, u64) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_time_free"));
    command.args(arguments).env("COUNT", count.to_string());
    let ended = Child::spawn(command).wait();
    ended.expect_code(0);
    let line = ended.lines.iter().find(|line| line.contains("iterations=")).expect("a report");
    let field = |name: &str| {
        let (_, rest) = line.split_once(name).expect("a field");
        rest.split(' ').next().and_then(|text| text.parse().ok()).expect("a number")
    };
    (field("iterations="), field("idles="))
}

/// Without an interval an idle event follows an iteration by chance: never at 0, always at 1, by default one time in two.
#[test]
fn idle_probability_without_an_interval() {
    let count = 10_000;
    assert_eq!(free(&["--idle", "0"], count), (count, 0));
    // No idle event after the last iteration: the stop comes first.
    assert_eq!(free(&["--idle", "1"], count), (count, count - 1));
    let (_, idles) = free(&[], count);
    assert!((4_500..5_500).contains(&idles), "{idles} of {count} by default");
}

/// The probe of an idle hook is true until the next slot is due, and not longer: no slot is lost to idle work.
#[test]
fn idle_time_ends_with_the_slot() {
    let place = Place::new();
    let mut command = ticker(&place, &[]);
    command.env("TICKS", "50").env("IDLE", place.file("idles"));
    Child::spawn(command).wait().expect_code(0);
    let (ticks, idles) = (Tick::read(&place.file("record")), Tick::read(&place.file("idles")));
    let slots = check(&ticks, STEP);
    assert!(idles.len() > 10, "{} idle events", idles.len());
    let grid = Grid::of(&ticks[0], STEP);
    for idle in idles.iter().filter(|idle| idle.on_time()) {
        let _ = grid.slot(idle);
        assert!(idle.end >= idle.next_low, "the probe was over before the slot: {idle:?}");
        let next = ticks.iter().position(|tick| tick.start >= idle.end).expect("a tick after it");
        assert!(slots[next] >= grid.latest(idle.end), "{:?} after {idle:?}", ticks[next]);
    }
}

/// The probe also ends when a stop is asked for, however far the next slot is.
#[test]
fn idle_time_ends_with_a_stop() {
    let place = Place::new();
    let mut command = ticker(&place, &["--interval", "1h"]);
    command.env("IDLE", place.file("idles"));
    let mut child = Child::spawn(command);
    child.wait_for(" tick 1");
    child.stop().expect_code(0);
    let idles = Tick::read(&place.file("idles"));
    assert!(idles.iter().all(|idle| idle.end < idle.next_low), "{idles:?}");
}
