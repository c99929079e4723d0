//! The benchmark: our daemon beside floors in C and a few peers, in one run, as ratios to the floor of the
//! same round. `cargo run --release -p daemon-tests --bin bench -- [NAME …|all] [--rounds N] [--patience S]`
//!
//! It needs Rust and a C compiler, builds everything itself, prints its tables, leaves them in
//! `target/bench/report.md`, and ends with 1 if a gate was missed. A new row is a line in `gates` and a
//! bench here.

mod args;
mod check;
mod compile;
mod gates;
mod idle;
mod lateness;
mod lock;
mod process;
mod quiet;
mod report;
mod restart;
mod rounds;
mod size;
mod stamps;
mod startup;
mod stats;
mod stop;
mod tick;
mod workshop;

use args::Asked;
use report::Report;
use rounds::Desk;
use std::io::{self, Write};
use std::process::ExitCode;

/// A bench: measures its subjects and judges its rows.
type Bench = fn(&Desk) -> io::Result<Report>;

/// In the order of `all`.
const BENCHES: [(&str, Bench); 9] = [
    ("tick", tick::bench),
    ("startup", startup::bench),
    ("restart", restart::bench),
    ("stop", stop::bench),
    ("size", size::bench),
    ("idle", idle::bench),
    ("lock", lock::bench),
    ("build", compile::bench),
    ("check", check::bench),
];

fn main() -> ExitCode {
    let names: Vec<&str> = BENCHES.iter().map(|(name, _)| *name).collect();
    let done = match args::parse(std::env::args().skip(1), &names) {
        Ok(asked) => run(asked),
        Err(wrong) => say(io::stderr(), &wrong).map(|()| ExitCode::from(64)),
    };
    done.unwrap_or_else(|error| {
        let _closed = say(io::stderr(), &format!("bench: {error}"));
        ExitCode::from(70)
    })
}

fn run(asked: Asked) -> io::Result<ExitCode> {
    let desk = Desk { rounds: asked.rounds, patience: asked.patience, workshop: workshop::Workshop::open()? };
    let mut whole = Report::default();
    for (name, bench) in BENCHES.iter().filter(|(name, _)| asked.benches.iter().any(|asked| asked == name)) {
        say(io::stderr(), &format!("bench: {name} …"))?;
        let report = bench(&desk)
            .unwrap_or_else(|error| Report { notes: vec![format!("{name}: {error}")], ..Report::default() });
        say(io::stdout(), &report.text())?;
        whole.append(report);
    }
    let path = desk.workshop.path("report.md");
    std::fs::write(&path, whole.markdown())?;
    say(io::stderr(), &format!("bench: report in {}", path.display()))?;
    Ok(if whole.passed() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn say(mut to: impl Write, text: &str) -> io::Result<()> {
    writeln!(to, "{text}")
}
