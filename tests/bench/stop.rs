//! X1: from SIGTERM, sent in the middle of a wait of ten seconds, to the process reaped.

use crate::gates::X1;
use crate::process::{Program, Running};
use crate::quiet::{Sample, sampled};
use crate::report::{Report, Table};
use crate::rounds::{Desk, Field, ours, turns};
use crate::stamps::{StampPipe, micros, now};
use crate::stats::{median, middle, sorted, span};
use crate::workshop::Link;
use nix::sys::signal::Signal;
use std::io;
use std::time::Duration;

const FLOOR: &str = "C epoll+signalfd";
const OURS: &str = "daemon-core";
/// Stops of each subject in a round; a round's figure is their median.
const STOPS: usize = 20;

/// Microseconds of a round's stops.
#[derive(Debug, Clone, Copy)]
struct Stops {
    middle: f64,
    worst: f64,
}

/// Measures the default and the static build.
pub fn bench(desk: &Desk) -> io::Result<Report> {
    let workshop = &desk.workshop;
    let mut field: Field<Stops> = Field::new();
    field.add(FLOOR, workshop.floor("stop", Link::Default));
    field.add(OURS, ours(workshop, "subject_idle", Link::Default));
    field.add("daemon-core, static", ours(workshop, "subject_idle", Link::Static));
    field.add("the floor by hand in Rust", ours(workshop, "peer_stop_by_hand", Link::Default));
    field.add("C, default action of the kernel", workshop.floor("stop", Link::Default).map(|stop| stop.arg("default")));
    for _ in 0..desk.rounds(7) {
        let programs: Vec<Program> = field.lanes.iter().map(|lane| lane.program.clone()).collect();
        let round = sampled(desk.patience, 3, || Ok(round(&programs)))?;
        for (lane, stops) in field.lanes.iter_mut().zip(round.value) {
            let stops = stops.inspect_err(|error| field.notes.push(format!("{}: {error}", lane.name)));
            lane.keep(stops.ok().map(|value| Sample { value, foreign: round.foreign }));
        }
    }
    let verdict = X1.judge("default build", &field.ratios(OURS, FLOOR, |stops| stops.middle));
    Ok(Report { tables: vec![table(&field)], verdicts: vec![verdict], notes: field.notes })
}

fn round(programs: &[Program]) -> Vec<io::Result<Stops>> {
    let figures = |took: Vec<f64>| Stops {
        middle: median(&took).unwrap_or(f64::NAN),
        worst: sorted(&took).last().copied().unwrap_or(f64::NAN),
    };
    turns(programs, STOPS, stop).into_iter().map(|stops| stops.map(figures)).collect()
}

fn stop(program: &Program, turn: usize) -> io::Result<f64> {
    let pipe = StampPipe::new()?;
    let mut command = program.command();
    command.env("BENCH_STAMP_FD", pipe.number());
    let subject = Running::start(&mut command)?;
    let mut stamps = pipe.started();
    let _main = stamps.next()?;
    let _ready = stamps.next()?;
    // Long enough to be asleep; never the same, so that no rhythm of the kernel's own timer shows.
    std::thread::sleep(Duration::from_millis(30) + Duration::from_micros(1_777 * turn as u64));
    let from = now();
    subject.signal(Signal::SIGTERM)?;
    subject.end(Duration::from_secs(10))?;
    Ok(micros(from, now()))
}

fn table(field: &Field<Stops>) -> Table {
    let head = ["subject", "SIGTERM → reaped µs", "worst µs", "÷ floor", "rounds", "foreign CPU %"];
    let mut table = Table::new(format!("Stop ({STOPS} stops a round)"), &head);
    for lane in &field.lanes {
        table.row(vec![
            lane.name.into(),
            span(&lane.present(|stops| stops.middle), 0),
            middle(&lane.present(|stops| stops.worst), 0),
            span(&field.ratios(lane.name, FLOOR, |stops| stops.middle), 2),
            lane.measured().to_string(),
            lane.foreign(),
        ]);
    }
    table
}
