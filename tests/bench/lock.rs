//! L1: a file lock taken and given back, against the least a lock that can be trusted must do.

use crate::gates::L1;
use crate::process::{Program, Running};
use crate::quiet::sampled;
use crate::report::{Report, Table};
use crate::rounds::{Desk, Field, ours};
use crate::stamps::load;
use crate::stats::{percentile, sorted, span};
use crate::workshop::Link;
use std::io;
use std::path::Path;
use std::time::Duration;

const FLOOR: &str = "C open+flock+inode+close";
const OURS: &str = "daemon-core";
const CALLS: u64 = 20_000;

/// Nanoseconds of one taking.
#[derive(Debug, Clone, Copy)]
struct Taking {
    p50: f64,
    p99: f64,
}

/// Measures the take at start; nothing is paid later, the descriptor is held for life.
pub fn bench(desk: &Desk) -> io::Result<Report> {
    let mut field: Field<Taking> = Field::new();
    field.add(FLOOR, desk.workshop.floor("lock", Link::Default));
    field.add(OURS, ours(&desk.workshop, "subject_lock", Link::Default));
    let folder = desk.workshop.path("lock");
    std::fs::create_dir_all(&folder)?;
    for _ in 0..desk.rounds(5) {
        for lane in &mut field.lanes {
            let sample = sampled(desk.patience, 2, || run(&lane.program, &folder));
            let sample = sample.inspect_err(|error| field.notes.push(format!("{}: {error}", lane.name)));
            lane.keep(sample.ok());
        }
    }
    let verdict = L1.judge("", &field.ratios(OURS, FLOOR, |taking| taking.p50));
    Ok(Report { tables: vec![table(&field)], verdicts: vec![verdict], notes: field.notes })
}

fn run(program: &Program, folder: &Path) -> io::Result<Taking> {
    let out = folder.join("durations.bin");
    let mut command = program.command();
    command.env("BENCH_LOCK", folder.join("bench.lock")).env("BENCH_CALLS", CALLS.to_string()).env("BENCH_OUT", &out);
    let _absent = std::fs::remove_file(&out);
    Running::start(&mut command)?.end(Duration::from_secs(60))?;
    let durations: Vec<f64> = load(&out)?.into_iter().map(|duration| duration as f64).collect();
    let durations = sorted(&durations);
    Ok(Taking { p50: percentile(&durations, 500), p99: percentile(&durations, 990) })
}

fn table(field: &Field<Taking>) -> Table {
    let head = ["subject", "p50 µs", "p99 µs", "p50 ÷ floor", "rounds", "foreign CPU %"];
    let mut table = Table::new(format!("Lock taken and given back ({CALLS} times a round)"), &head);
    for lane in &field.lanes {
        table.row(vec![
            lane.name.into(),
            span(&lane.present(|taking| taking.p50 / 1e3), 2),
            span(&lane.present(|taking| taking.p99 / 1e3), 2),
            span(&field.ratios(lane.name, FLOOR, |taking| taking.p50), 2),
            lane.measured().to_string(),
            lane.foreign(),
        ]);
    }
    table
}
