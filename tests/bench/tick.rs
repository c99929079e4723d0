//! T1-T4: lateness of ticks against their grid, drift, missed ticks, CPU per tick.

use crate::gates::{T1, T2, T3_DRIFT, T3_MISSED, T4};
use crate::lateness::{Grid, Lateness, lateness};
use crate::process::{Program, Running};
use crate::quiet::sampled;
use crate::report::{Report, Table};
use crate::rounds::{Desk, Field, Lane, ours};
use crate::stamps::{load, now};
use crate::stats::{middle, span};
use crate::workshop::{Link, Workshop};
use std::io;
use std::path::Path;
use std::time::Duration;

const FLOOR: &str = "C epoll+timerfd one-shot";
const OURS: &str = "daemon-core";
/// The peers cost three seconds a sample each and need no fine verdict.
const PEER_ROUNDS: usize = 3;
/// A run takes three seconds whatever the interval.
const PLAN: [(u64, u64); 3] = [(1_000_000, 3000), (10_000_000, 300), (100_000_000, 30)];

const HEAD: [&str; 12] = [
    "subject",
    "late p50 µs",
    "late p99 µs",
    "worst µs",
    "drift ppm",
    "missed",
    "CPU µs/tick",
    "p50 ÷ floor",
    "p99 ÷ floor",
    "CPU ÷ floor",
    "rounds",
    "foreign CPU %",
];

/// What one run of a subject gave.
#[derive(Debug)]
struct Run {
    late: Lateness,
    cpu_us: f64,
}

/// Measures the three intervals.
pub fn bench(desk: &Desk) -> io::Result<Report> {
    let mut fields: Vec<Field<Run>> = PLAN.iter().map(|_| Field::new()).collect();
    for (rounds, name, program) in programs(&desk.workshop) {
        for field in &mut fields {
            field.add_for(rounds, name, program.clone());
        }
    }
    for round in 0..desk.rounds(10) {
        for (field, (interval, ticks)) in fields.iter_mut().zip(PLAN) {
            measure(desk, field, round, interval, ticks);
        }
    }
    let mut report = Report::default();
    for (field, (interval, _)) in fields.into_iter().zip(PLAN) {
        judge(&mut report, field, interval);
    }
    report.notes.sort();
    report.notes.dedup();
    Ok(report)
}

fn programs(workshop: &Workshop) -> Vec<(usize, &'static str, Result<Program, String>)> {
    let told = |program: io::Result<Program>| program.map_err(|error| error.to_string());
    vec![
        (usize::MAX, FLOOR, told(workshop.floor("tick", Link::Default))),
        (usize::MAX, OURS, told(ours(workshop, "subject_tick", Link::Default))),
        (PEER_ROUNDS, "the floor by hand in Rust", told(ours(workshop, "peer_by_hand", Link::Default))),
        (PEER_ROUNDS, "Rust, sleep the remainder", told(ours(workshop, "peer_sleep", Link::Default))),
        (PEER_ROUNDS, "Python, sleep the remainder", told(workshop.python("sleep"))),
    ]
}

fn measure(desk: &Desk, field: &mut Field<Run>, round: usize, interval: u64, ticks: u64) {
    let out = desk.workshop.path("tick.bin");
    for lane in field.lanes.iter_mut().filter(|lane| round < lane.rounds) {
        let sample = sampled(desk.patience, 2, || run(&lane.program, interval, ticks, &out));
        if let Err(error) = &sample {
            field.notes.push(format!("{}: {error}", lane.name));
        }
        lane.keep(sample.ok());
    }
}

/// One run: the CPU clock is read from outside at two moments of the steady state, and the stamps between
/// the two are counted.
fn run(program: &Program, interval: u64, ticks: u64, out: &Path) -> io::Result<Run> {
    let total = Duration::from_nanos(interval * ticks);
    let mut command = program.command();
    command.env("BENCH_INTERVAL_NS", interval.to_string()).env("BENCH_TICKS", ticks.to_string()).env("BENCH_OUT", out);
    let _absent = std::fs::remove_file(out);
    let subject = Running::start(&mut command)?;
    std::thread::sleep(Duration::from_millis(500));
    let (from, before) = (now(), subject.cpu()?);
    std::thread::sleep(total.mul_f64(0.62));
    let (to, after) = (now(), subject.cpu()?);
    subject.end(total * 3 + Duration::from_secs(20))?;
    let left = load(out)?;
    let (origin, stamps) = left.split_first().ok_or_else(|| io::Error::other("left no stamps"))?;
    let inside = stamps.iter().filter(|stamp| (from..to).contains(*stamp)).count().max(1);
    let late = lateness(*origin, stamps, interval).ok_or_else(|| io::Error::other("left too few stamps"))?;
    Ok(Run { late, cpu_us: (after - before) / 1e3 / inside as f64 })
}

fn judge(report: &mut Report, field: Field<Run>, interval: u64) {
    let every = format!("{} ms", interval / 1_000_000);
    let ratios = |figure: fn(&Run) -> f64| field.ratios(OURS, FLOOR, figure);
    report.verdicts.push(T1.judge(&every, &ratios(|run| run.late.p50)));
    report.verdicts.push(T2.judge(&every, &ratios(|run| run.late.p99)));
    report.verdicts.push(T4.judge(&every, &ratios(|run| run.cpu_us)));
    if let Some(ours) = field.lane(OURS).filter(|_| interval == 10_000_000) {
        // A machine that others hold up makes every loop late: these two say something of the quiet rounds alone.
        let quiet = |figure: fn(&Run) -> f64| ours.undisturbed().map(figure).collect::<Vec<_>>();
        report.verdicts.push(T3_DRIFT.judge(&every, &quiet(|run| run.late.drift_ppm.abs())));
        report.verdicts.push(T3_MISSED.judge(&every, &quiet(|run| run.late.missed as f64)));
    }
    report.tables.push(table(&field, &every));
    report.notes.extend(field.notes);
}

fn table(field: &Field<Run>, every: &str) -> Table {
    let title = format!(
        "Ticks every {every} († = the first tick was late: the earliest is the grid; ‡ = drifts: nearest grid point)"
    );
    let mut table = Table::new(title, &HEAD);
    for lane in &field.lanes {
        let mark = mark(lane);
        let ratio = |figure: fn(&Run) -> f64| span(&field.ratios(lane.name, FLOOR, figure), 2);
        let missed: f64 = lane.present(|run| run.late.missed as f64).iter().sum();
        table.row(vec![
            format!("{}{mark}", lane.name),
            span(&lane.present(|run| run.late.p50 / 1e3), 1),
            span(&lane.present(|run| run.late.p99 / 1e3), 1),
            middle(&lane.present(|run| run.late.max / 1e3), 0),
            middle(&lane.present(|run| run.late.drift_ppm), 1),
            format!("{missed:.0}"),
            span(&lane.present(|run| run.cpu_us), 1),
            ratio(|run| run.late.p50),
            ratio(|run| run.late.p99),
            ratio(|run| run.cpu_us),
            lane.measured().to_string(),
            lane.foreign(),
        ]);
    }
    table
}

/// A lane is marked by the worst of its runs.
fn mark(lane: &Lane<Run>) -> &'static str {
    let on = |grid: Grid| lane.present(|run| f64::from(run.late.grid == grid)).contains(&1.0);
    if on(Grid::Nearest) {
        " ‡"
    } else if on(Grid::Earliest) {
        " †"
    } else {
        ""
    }
}
