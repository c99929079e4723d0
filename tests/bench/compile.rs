//! C1: a clean dev build of a hello daemon against one of a program that only parses its arguments with
//! clap's derive. Both are crates of their own, written into the target directory and built apart.

use crate::gates::{C1_CRATES, C1_WALL};
use crate::process::Program;
use crate::quiet::{own, sampled};
use crate::report::{Report, Table};
use crate::rounds::{Desk, Field};
use crate::stats::{middle, span};
use crate::workshop::{Workshop, cargo, run};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const FLOOR: &str = "clap-derive app";
const OURS: &str = "hello daemon";

const CLAP_APP: &str = r#"use clap::Parser;

#[derive(Parser)]
struct Args {
    #[arg(short, long, default_value_t = 1.0)]
    interval: f64,
}

fn main() {
    println!("{}", Args::parse().interval);
}
"#;

const HELLO: &str = r#"use daemon_core::prelude::*;

struct Hello;

/// Says hello.
#[daemon(interval = "1s", lock = "none")]
impl Hello {
    #[setup]
    fn open() -> Self {
        Self
    }

    #[execute]
    fn hello(&mut self) {}
}

fn main() -> ExitCode {
    Hello::main()
}
"#;

/// One clean build.
#[derive(Debug, Clone, Copy)]
struct Build {
    wall: f64,
    cpu: f64,
    crates: f64,
}

/// Builds both, again and again from nothing.
pub fn bench(desk: &Desk) -> io::Result<Report> {
    let core = Workshop::workspace().join("daemon-core").canonicalize()?;
    let core = format!("daemon-core = {{ path = {core:?} }}");
    let mut field: Field<Build> = Field::new();
    field.add(FLOOR, scratch(desk, "clap-app", r#"clap = { version = "4", features = ["derive"] }"#, CLAP_APP));
    field.add(OURS, scratch(desk, "hello", &core, HELLO));
    for _ in 0..desk.rounds(3) {
        for lane in &mut field.lanes {
            // A build takes long: rather wait for quiet before it than build twice.
            let sample = sampled(desk.patience * 4, 1, || build(&lane.program.path));
            let sample = sample.inspect_err(|error| field.notes.push(format!("{}: {error}", lane.name)));
            lane.keep(sample.ok());
        }
    }
    let crates: Vec<f64> = field.figures(OURS, |build| build.crates).into_iter().flatten().collect();
    let verdicts =
        vec![C1_WALL.judge("", &field.ratios(OURS, FLOOR, |build| build.wall)), C1_CRATES.judge("", &crates)];
    Ok(Report { tables: vec![table(&field)], verdicts, notes: field.notes })
}

/// Writes a crate with one dependency and fetches what it needs, so that no build waits for the network.
/// The versions are those of the workspace's own lock file wherever both name a crate.
pub fn scratch(desk: &Desk, name: &str, dependency: &str, main: &str) -> io::Result<Program> {
    let folder: PathBuf = desk.workshop.path("crates").join(name);
    std::fs::create_dir_all(folder.join("src"))?;
    let manifest = format!(
        "[workspace]\n\n[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n{dependency}\n"
    );
    std::fs::write(folder.join("Cargo.toml"), manifest)?;
    std::fs::write(folder.join("src/main.rs"), main)?;
    std::fs::copy(Workshop::workspace().join("Cargo.lock"), folder.join("Cargo.lock"))?;
    run(cargo().current_dir(&folder).args(["fetch", "--quiet"]))?;
    Ok(Program::new(folder))
}

fn build(folder: &Path) -> io::Result<Build> {
    let target = folder.join("target");
    if target.exists() {
        std::fs::remove_dir_all(&target)?;
    }
    let (begun, spent) = (Instant::now(), own()?);
    let said = run(cargo().current_dir(folder).args(["build", "--offline", "--target-dir"]).arg(&target))?;
    let (wall, cpu): (Duration, f64) = (begun.elapsed(), own()? - spent);
    let crates = said.lines().filter(|line| line.trim_start().starts_with("Compiling ")).count();
    Ok(Build { wall: wall.as_secs_f64(), cpu, crates: crates as f64 })
}

fn table(field: &Field<Build>) -> Table {
    let head =
        ["application", "crates", "wall s", "CPU s", "wall ÷ clap app", "CPU ÷ clap app", "rounds", "foreign CPU %"];
    let mut table = Table::new("Clean dev build", &head);
    for lane in &field.lanes {
        table.row(vec![
            lane.name.into(),
            middle(&lane.present(|build| build.crates), 0),
            span(&lane.present(|build| build.wall), 1),
            span(&lane.present(|build| build.cpu), 1),
            span(&field.ratios(lane.name, FLOOR, |build| build.wall), 2),
            span(&field.ratios(lane.name, FLOOR, |build| build.cpu), 2),
            lane.measured().to_string(),
            lane.foreign(),
        ]);
    }
    table
}
