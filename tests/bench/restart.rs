//! R1 and R2: from the decision to restart in place to the first tick of the new image, and what becomes of a grid of
//! ticks meanwhile.

use crate::gates::{R1, R1_STATIC, R2};
use crate::lateness::lateness;
use crate::process::{Program, Running};
use crate::quiet::{Sample, sampled};
use crate::report::{Report, Table};
use crate::rounds::{Desk, Field, ours, turns};
use crate::stamps::{StampPipe, Stamps, load, micros};
use crate::stats::{median, middle, percentile, sorted, span};
use crate::workshop::Link;
use nix::sys::signal::Signal;
use std::io;
use std::os::unix::net::UnixDatagram;
use std::time::Duration;

const FLOOR: &str = "C static, exec of itself";
const OURS: &str = "daemon-core";
const OURS_STATIC: &str = "daemon-core, static";
/// Restarts of one process; a sample is their median.
const RESTARTS: usize = 15;
/// Processes of each subject in a round.
const TURNS: usize = 3;
/// Restarts of one process on the grid.
const ON_GRID: usize = 20;
const INTERVAL: u64 = 10_000_000;
/// Marks a decision, as in `floors/floor.h`.
const DECIDED: u64 = 1 << 63;

/// Measures both rows.
pub fn bench(desk: &Desk) -> io::Result<Report> {
    let mut report = times(desk);
    report.append(grid(desk)?);
    Ok(report)
}

/// R1: microseconds of a restart.
fn times(desk: &Desk) -> Report {
    let workshop = &desk.workshop;
    let mut field: Field<f64> = Field::new();
    field.add(FLOOR, workshop.floor("restart", Link::Static));
    field.add("C dynamic, exec of itself", workshop.floor("restart", Link::Default));
    field.add(OURS, ours(workshop, "subject_restart", Link::Default));
    field.add(OURS_STATIC, ours(workshop, "subject_restart", Link::Static));
    for _ in 0..desk.rounds(7) {
        let programs: Vec<Program> = field.lanes.iter().map(|lane| lane.program.clone()).collect();
        let round = sampled(desk.patience, 3, || Ok(turns(&programs, TURNS, restarts)));
        let (found, foreign) = match round {
            Ok(round) => (round.value, round.foreign),
            Err(error) => {
                field.notes.push(format!("restart: {error}"));
                continue;
            }
        };
        for (lane, took) in field.lanes.iter_mut().zip(found) {
            let took = took.inspect_err(|error| field.notes.push(format!("{}: {error}", lane.name)));
            let value = took.ok().and_then(|took| median(&took));
            lane.keep(value.map(|value| Sample { value, foreign }));
        }
    }
    let ratio = |name| field.ratios(name, FLOOR, |took| *took);
    let verdicts = vec![R1.judge("default build", &ratio(OURS)), R1_STATIC.judge("static build", &ratio(OURS_STATIC))];
    Report { tables: vec![table(&field)], verdicts, notes: field.notes }
}

fn table(field: &Field<f64>) -> Table {
    let head = ["subject", "decision → first tick µs", "÷ floor", "rounds", "foreign CPU %"];
    let mut table = Table::new(format!("Restart in place ({TURNS} × {RESTARTS} restarts a round)"), &head);
    for lane in &field.lanes {
        table.row(vec![
            lane.name.into(),
            span(&lane.present(|took| *took), 0),
            span(&field.ratios(lane.name, FLOOR, |took| *took), 2),
            lane.measured().to_string(),
            lane.foreign(),
        ]);
    }
    table
}

/// A subject that restarts on SIGHUP.
struct Subject {
    running: Running,
    stamps: Stamps,
    /// What daemons tell their init system: nobody reads it, and it goes with the subject.
    init: UnixDatagram,
}

impl Subject {
    fn start(program: &Program, interval: u64) -> io::Result<Self> {
        let pipe = StampPipe::new()?;
        // Where an init system listens, a daemon in the foreground restarts on SIGHUP.
        let listen = std::env::temp_dir().join(format!("bench-notify-{}", std::process::id()));
        let _absent = std::fs::remove_file(&listen);
        let init = UnixDatagram::bind(&listen)?;
        init.set_nonblocking(true)?;
        let mut command = program.command();
        command.env("BENCH_STAMP_FD", "0").env("NOTIFY_SOCKET", &listen).stdin(pipe.as_input()?);
        command.env("BENCH_INTERVAL_NS", interval.to_string());
        let running = Running::start(&mut command);
        drop(command);
        Ok(Self { running: running?, stamps: pipe.started(), init })
    }

    fn restart(&mut self) -> io::Result<()> {
        let mut told = [0; 4096];
        while self.init.recv(&mut told).is_ok() {}
        self.running.signal(Signal::SIGHUP)
    }

    fn end(self) -> io::Result<()> {
        self.running.signal(Signal::SIGTERM)?;
        self.running.end(Duration::from_secs(10))
    }
}

/// The median of one process's restarts, in microseconds.
fn restarts(program: &Program, turn: usize) -> io::Result<f64> {
    let mut subject = Subject::start(program, 0)?;
    let (_first, _ready) = (subject.stamps.next()?, subject.stamps.next()?);
    let mut took = Vec::new();
    for number in 0..RESTARTS {
        // Long enough to be asleep; never the same, so that no rhythm shows.
        std::thread::sleep(Duration::from_millis(5) + Duration::from_micros(777 * ((turn + number) % 7) as u64));
        subject.restart()?;
        let decided = subject.stamps.next()?;
        if decided & DECIDED == 0 {
            return Err(io::Error::other("ticked again without a decision to restart"));
        }
        let (tick, _ready) = (subject.stamps.next()?, subject.stamps.next()?);
        took.push(micros(decided & !DECIDED, tick));
    }
    subject.end()?;
    median(&took).ok_or_else(|| io::Error::other("no restarts"))
}

/// One process on its grid, restarted again and again.
#[derive(Debug)]
struct OnGrid {
    missed: f64,
    /// Microseconds that the first tick of an image was late, in rising order.
    late: Vec<f64>,
    /// Microseconds of the floor's 99th percentile, plus those of a restart: what may be expected.
    expected: f64,
}

/// R2: slots that nobody served, and the lateness of the first tick after a restart.
fn grid(desk: &Desk) -> io::Result<Report> {
    let mut field: Field<OnGrid> = Field::new();
    field.add(OURS, ours(&desk.workshop, "subject_restart", Link::Default));
    field.add(OURS_STATIC, ours(&desk.workshop, "subject_restart", Link::Static));
    let floor = desk.workshop.floor("tick", Link::Default)?;
    for _ in 0..desk.rounds(7) {
        for lane in &mut field.lanes {
            let sample = sampled(desk.patience, 2, || on_grid(&lane.program, &floor, desk));
            let sample = sample.inspect_err(|error| field.notes.push(format!("{}: {error}", lane.name)));
            lane.keep(sample.ok());
        }
    }
    let mut verdicts = Vec::new();
    let head = [
        "subject",
        "missed",
        "first tick late p50 µs",
        "worst µs",
        "floor p99 + restart µs",
        "rounds",
        "foreign CPU %",
    ];
    let mut table = Table::new(format!("Grid of 10 ms over restarts ({ON_GRID} restarts a round)"), &head);
    for lane in &field.lanes {
        // A machine that others hold up makes every loop late: the verdict is on the quiet rounds alone.
        let missed: Vec<f64> = lane.undisturbed().map(|run| run.missed).collect();
        verdicts.push(R2.judge(lane.name, &missed));
        table.row(vec![
            lane.name.into(),
            format!("{:.0}", lane.present(|run| run.missed).iter().sum::<f64>()),
            span(&lane.present(|run| percentile(&run.late, 500)), 0),
            span(&lane.present(|run| percentile(&run.late, 1000)), 0),
            middle(&lane.present(|run| run.expected), 0),
            lane.measured().to_string(),
            lane.foreign(),
        ]);
    }
    Ok(Report { tables: vec![table], verdicts, notes: field.notes })
}

fn on_grid(program: &Program, floor: &Program, desk: &Desk) -> io::Result<OnGrid> {
    let mut subject = Subject::start(program, INTERVAL)?;
    let origin = subject.stamps.next()?;
    let mut ticks = vec![subject.stamps.next()?];
    let (mut late, mut took) = (Vec::new(), Vec::new());
    for number in 0..ON_GRID {
        // Any moment of an interval, a few intervals apart.
        std::thread::sleep(Duration::from_micros(25_000 + 1_777 * number as u64 % 10_000));
        subject.restart()?;
        let decided = loop {
            match subject.stamps.next()? {
                tick if tick & DECIDED == 0 => ticks.push(tick),
                decided => break decided & !DECIDED,
            }
        };
        let (_place, tick) = (subject.stamps.next()?, subject.stamps.next()?);
        took.push(micros(decided, tick));
        late.push(late_by(origin, tick));
        ticks.push(tick);
    }
    subject.end()?;
    // The shortest waits for no slot: it is the restart alone.
    let restart = sorted(&took).first().copied().unwrap_or(f64::NAN);
    Ok(OnGrid { missed: missed(origin, &ticks), late: sorted(&late), expected: floor_p99(floor, desk)? + restart })
}

/// Slots between the first and the last tick that have none.
fn missed(origin: u64, ticks: &[u64]) -> f64 {
    let slots: Vec<u64> = ticks.iter().map(|tick| tick.saturating_sub(origin) / INTERVAL).collect();
    slots.windows(2).map(|pair| (pair[1] - pair[0]).saturating_sub(1)).sum::<u64>() as f64
}

/// Microseconds since the place of the slot that a tick is in.
fn late_by(origin: u64, tick: u64) -> f64 {
    (tick.saturating_sub(origin) % INTERVAL) as f64 / 1e3
}

/// Microseconds that the floor's ticks are late, 99 of 100.
fn floor_p99(floor: &Program, desk: &Desk) -> io::Result<f64> {
    let out = desk.workshop.path("restart.bin");
    let mut command = floor.command();
    command.env("BENCH_INTERVAL_NS", INTERVAL.to_string()).env("BENCH_TICKS", "100").env("BENCH_OUT", &out);
    Running::start(&mut command)?.end(Duration::from_secs(20))?;
    let left = load(&out)?;
    let (origin, stamps) = left.split_first().ok_or_else(|| io::Error::other("left no stamps"))?;
    lateness(*origin, stamps, INTERVAL)
        .map(|late| late.p99 / 1e3)
        .ok_or_else(|| io::Error::other("left too few stamps"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_without_a_tick_are_missed() {
        let at = |slot: u64, late: u64| 7 + slot * INTERVAL + late;
        assert_eq!(missed(7, &[at(0, 0), at(1, 50), at(2, 9_999_999), at(3, 0)]), 0.0);
        assert_eq!(missed(7, &[at(0, 0), at(2, 50), at(3, 0), at(6, 1)]), 3.0);
        assert_eq!(late_by(7, at(5, 70_000)), 70.0);
    }
}
