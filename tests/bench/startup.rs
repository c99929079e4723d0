//! S1 and S2: from exec to ready, of the default and of the static build.

use crate::gates::{S1, S2};
use crate::process::{Program, Running};
use crate::quiet::sampled;
use crate::report::{Report, Table};
use crate::rounds::{Desk, Field, ours, turns};
use crate::stamps::{StampPipe, micros, now};
use crate::stats::{median, span};
use crate::workshop::{Link, Workshop};
use std::io;
use std::process::Stdio;
use std::time::Duration;

const FLOOR: &str = "C static";
const OURS: &str = "daemon-core";
const OURS_STATIC: &str = "daemon-core, static";
/// Starts of each subject in a round; a round's figure is their median.
const STARTS: usize = 25;

/// Microseconds from exec to the first statement of `main`, and to ready.
#[derive(Debug, Clone, Copy)]
struct Start {
    main: f64,
    ready: f64,
}

/// Measures both builds.
pub fn bench(desk: &Desk) -> io::Result<Report> {
    let mut field = field(&desk.workshop);
    for _ in 0..desk.rounds(7) {
        let programs: Vec<Program> = field.lanes.iter().map(|lane| lane.program.clone()).collect();
        let round = sampled(desk.patience, 3, || Ok(round(&programs)))?;
        for (lane, starts) in field.lanes.iter_mut().zip(round.value) {
            let starts = starts.inspect_err(|error| field.notes.push(format!("{}: {error}", lane.name)));
            lane.keep(starts.ok().map(|value| crate::quiet::Sample { value, foreign: round.foreign }));
        }
    }
    let ready = |start: &Start| start.ready;
    let verdicts = vec![
        S1.judge("default build", &field.ratios(OURS, FLOOR, ready)),
        S2.judge("static build", &field.ratios(OURS_STATIC, FLOOR, ready)),
    ];
    Ok(Report { tables: vec![table(&field)], verdicts, notes: field.notes })
}

fn field(workshop: &Workshop) -> Field<Start> {
    let mut field = Field::new();
    field.add(FLOOR, workshop.floor("hello", Link::Static));
    field.add("C dynamic", workshop.floor("hello", Link::Default));
    field.add(OURS, ours(workshop, "subject_idle", Link::Default));
    field.add(OURS_STATIC, ours(workshop, "subject_idle", Link::Static));
    field.add("Rust that does nothing", ours(workshop, "peer_bare", Link::Default));
    field.add("Rust that does nothing, static", ours(workshop, "peer_bare", Link::Static));
    field.add("Python + argparse", workshop.python("start"));
    field
}

/// The medians of each subject's starts, or what went wrong first.
fn round(programs: &[Program]) -> Vec<io::Result<Start>> {
    let starts = turns(programs, STARTS, |program, _| start(program));
    starts.into_iter().map(|starts| starts.map(|starts| middle(&starts))).collect()
}

fn middle(starts: &[Start]) -> Start {
    let of = |figure: fn(&Start) -> f64| median(&starts.iter().map(figure).collect::<Vec<_>>()).unwrap_or(f64::NAN);
    Start { main: of(|start| start.main), ready: of(|start| start.ready) }
}

fn start(program: &Program) -> io::Result<Start> {
    let pipe = StampPipe::new()?;
    let (input, hold) = io::pipe()?;
    let mut command = program.command();
    command.env("BENCH_STAMP_FD", pipe.number()).env("BENCH_MODE", "startup").stdin(Stdio::from(input));
    let from = now();
    let subject = Running::start(&mut command)?;
    let mut stamps = pipe.started();
    let (main, ready) = (stamps.next()?, stamps.next()?);
    drop((command, hold)); // the end of its standard input sends it home
    subject.end(Duration::from_secs(10))?;
    Ok(Start { main: micros(from, main), ready: micros(from, ready) })
}

fn table(field: &Field<Start>) -> Table {
    let head = ["subject", "exec → main µs", "exec → ready µs", "ready ÷ floor", "file kB", "rounds", "foreign CPU %"];
    let mut table = Table::new(format!("Start ({STARTS} starts a round)"), &head);
    for lane in &field.lanes {
        let size = std::fs::metadata(&lane.program.path).map_or(0, |file| file.len() / 1024);
        table.row(vec![
            lane.name.into(),
            span(&lane.present(|start| start.main), 0),
            span(&lane.present(|start| start.ready), 0),
            span(&field.ratios(lane.name, FLOOR, |start| start.ready), 2),
            size.to_string(),
            lane.measured().to_string(),
            lane.foreign(),
        ]);
    }
    table
}
