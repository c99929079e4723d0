//! Faults of the clocks: a wall clock that jumps, a process that is stopped, drift.
//!
//! Verdicts rest on slots and instants that the daemon under test wrote down, never on how long something took.

use std::process::Command;
use std::time::Duration;

use daemon_tests::grid::{self, Grid, Tick};
use daemon_tests::loose::wait_until;
use daemon_tests::record::Line;
use daemon_tests::wall::Clock;
use daemon_tests::{Child, Place, figure, proc, rounds, spread};
use nix::sys::signal::Signal;
use nix::time::{ClockId, clock_gettime};

const TICKER: &str = env!("CARGO_BIN_EXE_time_grid");
const STEP: Duration = Duration::from_millis(10);

fn ticker(place: &Place, settings: &[(&str, &str)], arguments: &[&str]) -> Command {
    let mut command = Command::new(TICKER);
    command.args(arguments).envs(settings.iter().copied()).env("RECORD", place.file("record"));
    command
}

fn seconds(clock: ClockId) -> Duration {
    clock_gettime(clock).expect("a clock").into()
}

/// Sleeps until an instant of the monotonic clock: what must pass meanwhile is counted in slots.
fn until(instant: u64) {
    let instant = Duration::from_nanos(instant);
    while let Some(left) = instant.checked_sub(seconds(ClockId::CLOCK_MONOTONIC)) {
        if left.is_zero() {
            break;
        }
        std::thread::sleep(left);
    }
}

/// Which of the clocks of the test a number of seconds since 1970 belongs to, in hours from the true one.
fn regime(wall: i64) -> i64 {
    let truth = i64::try_from(seconds(ClockId::CLOCK_REALTIME).as_secs()).expect("fits");
    if wall < 86_400 { i64::MIN } else { (wall - truth + 1800).div_euclid(3600) }
}

/// Fault 67, and the original's B29: the wall clock steps by an hour either way and back to 1970. The schedule does not
/// see it: each slot of the grid has its tick, or was counted as missed; the stamps move.
#[test]
fn fault_067_wall_clock_steps_do_not_move_the_schedule() {
    let place = Place::new();
    let (clock, record) = (Clock::new(&place, "+0"), place.file("record"));
    let child = clock.start(ticker(&place, &[], &[]));
    let steps = [("+3600", 1), ("-3600", -1), ("1970-01-01 00:00:05", i64::MIN), ("+0", 0)];
    let turns = rounds(100);
    for (text, wanted) in steps.iter().cycle().take(turns * steps.len()) {
        clock.set(text);
        let last = || Tick::read(&record).last().map(|tick| regime(tick.wall.cast_signed()));
        wait_until(&format!("a tick at {text}"), || last() == Some(*wanted));
        let from = Tick::read(&record).len();
        wait_until("ten more ticks", || Tick::read(&record).len() >= from + 10);
    }
    let ended = child.stop();
    ended.expect_code(0);
    let ticks = Tick::read(&record);
    let slots = grid::check(&ticks, STEP);
    let stamps: Vec<i64> = ended
        .lines
        .iter()
        .map(|line| Line::parse(line).expect("a line of a log"))
        .filter(|line| line.message.starts_with("tick "))
        .map(|line| regime(line.seconds()))
        .collect();
    for (text, wanted) in steps {
        let count = stamps.iter().filter(|stamp| **stamp == wanted).count();
        assert!(count >= 10 * turns, "{count} stamps at {text}");
    }
    let (count, slots) = (ticks.len(), slots[slots.len() - 1] + 1);
    let text = format!("{} steps of the wall clock, {count} ticks in {slots} slots", 4 * turns);
    figure("fault_067", &text);
}

/// Fault 51 for the clock: a process stopped for many slots and continued. One tick for the slot in which it wakes, none
/// early and no burst; what was slept through is counted.
#[test]
fn fault_051_a_stopped_process_wakes_to_one_tick() {
    let place = Place::new();
    let record = place.file("record");
    let child = Child::spawn(ticker(&place, &[], &[]));
    let rounds = rounds(200);
    let mut woken = Vec::new();
    for _ in 0..rounds {
        let before = Tick::read(&record).len();
        wait_until("two ticks", || Tick::read(&record).len() >= before + 2);
        child.signal(Signal::SIGSTOP);
        wait_until("the process is stopped", || proc::status(child.pid(), "State").starts_with('T'));
        let last = *Tick::read(&record).last().expect("a tick");
        let wake = last.start + 20 * u64::try_from(STEP.as_nanos()).expect("fits");
        until(wake);
        woken.push(wake);
        child.signal(Signal::SIGCONT);
    }
    let before = Tick::read(&record).len();
    wait_until("two ticks", || Tick::read(&record).len() >= before + 2);
    child.stop().expect_code(0);
    let ticks = Tick::read(&record);
    let slots = grid::check(&ticks, STEP);
    let grid = Grid::of(&ticks[0], STEP);
    for wake in &woken {
        let next = ticks.iter().position(|tick| tick.start >= *wake).expect("a tick after it");
        // One that had begun before the stop may have ended after it; the next must be for a slot no older than the wake.
        let next = if slots[next] < grid.latest(*wake) { next + 1 } else { next };
        assert!(slots[next] >= grid.latest(*wake), "{:?} made up for a slot before {wake}", ticks[next]);
    }
    let missed = ticks[ticks.len() - 1].missed;
    assert!(missed >= 15 * rounds as u64, "{missed} slots counted in {rounds} stops of 20 slots");
    figure("fault_051", &format!("{rounds} stops of 20 slots: {missed} slots counted, early ticks 0, bursts 0"));
}

/// Fault 70: many ticks at 10 ms. Each begins at or after its slot of the one grid, whose slots are where the first one
/// put them; being late does not add up.
#[test]
fn fault_070_ticks_do_not_drift() {
    let place = Place::new();
    let wanted = rounds(100_000).max(200);
    let count = wanted.to_string();
    let mut child = Child::spawn(ticker(&place, &[("TICKS", &count), ("SAY", "100")], &[]));
    for _ in 0..wanted / 100 {
        child.wait_for(" tick ");
    }
    child.wait().expect_code(0);
    let ticks = Tick::read(&place.file("record"));
    assert_eq!(ticks.len(), wanted);
    let slots = grid::check(&ticks, STEP);
    let grid = Grid::of(&ticks[0], STEP);
    let late: Vec<u64> = ticks.iter().map(|tick| grid.late(tick)).collect();
    let last = *late.last().expect("a tick");
    let missed = slots[wanted - 1] + 1 - wanted as u64;
    let (p50, p99, max) = spread(late.iter().map(|nanos| Duration::from_nanos(*nanos)).collect());
    let text = format!(
        "{wanted} ticks at 10 ms, {missed} slots missed: drift {:+.1} us per 100,000 ticks, error of the last {:?}, lateness {p50:?} / {p99:?} / {max:?}",
        slope(&late) * 100_000.0 / 1000.0,
        Duration::from_nanos(last),
    );
    figure("fault_070", &text);
}

/// The least-squares slope of `values` over their index.
#[allow(clippy::cast_precision_loss, reason = "a figure for people")]
fn slope(values: &[u64]) -> f64 {
    let count = values.len() as f64;
    let mean_x = (count - 1.0) / 2.0;
    let mean_y = values.iter().map(|y| *y as f64).sum::<f64>() / count;
    let points = values.iter().enumerate().map(|(x, y)| (x as f64 - mean_x, *y as f64 - mean_y));
    let (above, below) = points.fold((0.0, 0.0), |(above, below), (x, y)| (above + x * y, below + x * x));
    above / below
}
