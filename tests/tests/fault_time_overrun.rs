//! Iterations that take longer than their interval, under each policy for the slots they run over: fault 69.
//!
//! How long an iteration lasts is an instant of the monotonic clock that it waits for, and which slots may follow is
//! worked out from the instants it wrote down: a slow machine changes the figures, not the verdicts.

use std::process::Command;
use std::time::Duration;

use daemon_tests::grid::{Grid, Tick, check};
use daemon_tests::{Child, Ended, Place, figure, rounds};

const STEP: Duration = Duration::from_millis(20);
const NANOS: u64 = 20_000_000;

/// Ticks under `policy`, the first and every `every`th lasting `hold` intervals, and all that the daemon said.
fn run(policy: &str, hold: f64, every: usize) -> (Vec<Tick>, Ended) {
    let place = Place::new();
    let mut command = Command::new(env!("CARGO_BIN_EXE_time_grid"));
    command
        .args(["--interval", "20ms", "--missed", policy])
        .env("RECORD", place.file("record"))
        .env("HOLD", hold.to_string())
        .env("HOLD_EVERY", every.to_string())
        .env("TICKS", (rounds(1000) / every * every).max(2 * every).to_string());
    let ended = Child::spawn(command).wait();
    ended.expect_code(0);
    let ticks = Tick::read(&place.file("record"));
    assert_told(&ticks, &ended, ticks.len() / every, hold);
    (ticks, ended)
}

/// Every overrun is logged as an error with duration and interval, counted, and told to the error hooks.
fn assert_told(ticks: &[Tick], ended: &Ended, holds: usize, hold: f64) {
    let wanted = " daemon error: iteration took ";
    let errors: Vec<&String> = ended.lines.iter().filter(|line| line.contains(wanted)).collect();
    let counted = ticks[ticks.len() - 1].overruns;
    let last = errors.len() as u64 - counted;
    assert!(last <= 1, "{counted} overruns counted before the last iteration, {errors:#?}");
    assert_eq!(ended.count(" error event: iteration took "), errors.len());
    let long = |error: &&&String| {
        let (_, took) = error.split_once(wanted).expect("a duration");
        let (took, rest) = took.split_once(", ").expect("a duration and more");
        assert!(rest.starts_with("the interval is 20ms"), "{error}");
        let took = daemon_core::duration::parse(took).expect("a duration that can be read");
        assert!(took >= STEP, "{error}");
        // An iteration that begins late ends at the same instant: so one interval less is long enough.
        took >= STEP.mul_f64(hold - 1.0)
    };
    let count = errors.iter().filter(long).count();
    assert!(count >= holds, "{holds} long iterations, {errors:#?}");
}

/// Skip, the default: the slots that passed are left out and counted, and the next iteration is the first slot of the
/// old grid that had not passed: no burst, no other phase.
#[test]
fn fault_069_overruns_skip_to_the_grid() {
    let (ticks, ended) = run("skip", 2.5, 4);
    let slots = check(&ticks, STEP);
    let grid = Grid::of(&ticks[0], STEP);
    for n in 0..ticks.len() - 1 {
        let (earliest, latest) = (grid.next(ticks[n].end), grid.latest(ticks[n + 1].start));
        let next = slots[n + 1];
        assert!(next > slots[n] + if n % 4 == 0 { 2 } else { 0 }, "no slot skipped after {:?}", ticks[n]);
        assert!((earliest.max(slots[n] + 1)..=latest).contains(&next), "slot {next} after {:?}", ticks[n]);
    }
    assert!(ended.count(", slots left out: 2") > 0, "{:#?}", ended.lines);
    let missed = ticks[ticks.len() - 1].missed;
    let text =
        format!("skip: {} ticks, {} of 2.5 intervals, {missed} slots missed, bursts 0", ticks.len(), ticks.len() / 4);
    figure("fault_069", &text);
}

/// Delay: the next iteration follows at once and the grid starts anew there; nothing is left out.
#[test]
fn fault_069_overruns_delay_the_grid() {
    let (ticks, _) = run("delay", 2.5, 4);
    let mut moved = 0;
    for pair in ticks.windows(2) {
        let (tick, next) = (pair[0], pair[1]);
        assert!(next.on_time(), "{next:?} is behind although the grid starts with it");
        if tick.end >= tick.next_high {
            let (low, high) = (next.next_low - NANOS, next.next_high - NANOS);
            assert!(low <= next.start && high >= tick.end, "{next:?} is not on a grid that starts after {tick:?}");
            moved += 1;
        } else if next.start < tick.next_low + NANOS {
            assert_eq!(Grid::of(&tick, STEP).slot(&next), 1, "{next:?} left the grid of {tick:?}");
        }
        assert_eq!(next.missed, 0, "{next:?}");
    }
    assert!(moved >= ticks.len() / 4, "{moved} overruns");
    figure("fault_069", &format!("delay: {} ticks, grid moved {moved} times, slots missed 0", ticks.len()));
}

/// Burst: of the slots that passed so many are made up for at once, older ones are left out and counted, and then the
/// old grid goes on.
#[test]
fn fault_069_overruns_burst_up_to_the_bound() {
    let (ticks, _) = run("burst(2)", 5.5, 10);
    let mut bursts = 0;
    for (n, tick) in ticks.iter().enumerate().step_by(10) {
        assert!(tick.on_time(), "{tick:?} is still behind");
        let counted = |from: usize, to: usize| ticks[to].missed - ticks[from].missed;
        let overdue = |instant: u64, due: u64| ((instant - due) / NANOS).saturating_sub(2);
        let bounds = overdue(tick.end, tick.next_high)..=overdue(ticks[n + 1].start, tick.next_low);
        let left_out = counted(n + 1, n + 2);
        assert!(*bounds.start() >= 2, "not long enough: {tick:?}");
        assert!(bounds.contains(&left_out), "{left_out} slots left out after {tick:?}, expected {bounds:?}");
        let level = (n + 1..ticks.len() - 1).find(|next| ticks[*next].on_time()).expect("it catches up");
        assert!(level >= n + 3, "nothing was made up for after {tick:?}");
        let slot = Grid::of(tick, STEP).slot(&ticks[level]);
        assert_eq!(slot, (level - n) as u64 + counted(n + 1, level + 1), "{tick:?} to {:?}", ticks[level]);
        bursts += 1;
    }
    figure("fault_069", &format!("burst(2): {} ticks, {bursts} bursts, each up to the bound", ticks.len()));
}
