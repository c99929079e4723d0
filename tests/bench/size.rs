//! S3 and S4: memory of an idle daemon, and the size of its file.

use crate::gates::{S3_PSS, S3_RSS, S4};
use crate::process::{Program, Running};
use crate::quiet::sampled;
use crate::report::{Report, Table};
use crate::rounds::{Desk, Field, ours};
use crate::stamps::StampPipe;
use crate::stats::span;
use crate::workshop::{Link, Target};
use nix::sys::signal::Signal;
use std::io;
use std::time::Duration;

const OURS: &str = "daemon-core, idle daemon";
/// The example daemon whose file is weighed.
const EXAMPLE: &str = "heartbeat";

/// kB of an idle process.
#[derive(Debug, Clone, Copy)]
struct Memory {
    rss: f64,
    pss: f64,
}

/// Measures the default and the static build.
pub fn bench(desk: &Desk) -> io::Result<Report> {
    let workshop = &desk.workshop;
    let mut field: Field<Memory> = Field::new();
    field.add("C epoll+signalfd", workshop.floor("stop", Link::Default));
    field.add(OURS, ours(workshop, "subject_idle", Link::Default));
    field.add("daemon-core, idle daemon, static", ours(workshop, "subject_idle", Link::Static));
    for _ in 0..desk.rounds(3) {
        for lane in &mut field.lanes {
            let sample = sampled(desk.patience, 1, || idle(&lane.program));
            let sample = sample.inspect_err(|error| field.notes.push(format!("{}: {error}", lane.name)));
            lane.keep(sample.ok());
        }
    }
    let megabytes =
        |kilobytes: Vec<Option<f64>>| kilobytes.into_iter().flatten().map(|kb| kb / 1024.0).collect::<Vec<_>>();
    let example = workshop.build(Target::Example(EXAMPLE), Link::Default).and_then(|program| kilobytes(&program));
    let verdicts = vec![
        S3_RSS.judge("default build", &megabytes(field.figures(OURS, |memory| memory.rss))),
        S3_PSS.judge("default build", &megabytes(field.figures(OURS, |memory| memory.pss))),
        match example {
            Ok(size) => S4.judge(EXAMPLE, &[size]),
            Err(error) => S4.unknown(EXAMPLE, error.to_string()),
        },
    ];
    Ok(Report { tables: vec![table(&field)], verdicts, notes: field.notes })
}

fn idle(program: &Program) -> io::Result<Memory> {
    let pipe = StampPipe::new()?;
    let mut command = program.command();
    command.env("BENCH_STAMP_FD", pipe.number());
    let subject = Running::start(&mut command)?;
    let mut stamps = pipe.started();
    let _main = stamps.next()?;
    let _ready = stamps.next()?;
    std::thread::sleep(Duration::from_millis(200)); // the first iteration is behind it
    let (rss, pss) = subject.memory()?;
    subject.signal(Signal::SIGTERM)?;
    subject.end(Duration::from_secs(10))?;
    Ok(Memory { rss, pss })
}

fn kilobytes(program: &Program) -> io::Result<f64> {
    Ok(std::fs::metadata(&program.path)?.len() as f64 / 1024.0)
}

fn table(field: &Field<Memory>) -> Table {
    let mut table = Table::new("Size", &["subject", "idle RSS kB", "idle PSS kB", "file kB", "rounds"]);
    for lane in &field.lanes {
        table.row(vec![
            lane.name.into(),
            span(&lane.present(|memory| memory.rss), 0),
            span(&lane.present(|memory| memory.pss), 0),
            kilobytes(&lane.program).map_or_else(|_| "-".into(), |size| format!("{size:.0}")),
            lane.measured().to_string(),
        ]);
    }
    table
}
