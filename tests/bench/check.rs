//! C2: what one more hook costs `cargo check`, and so an editor: daemons with 1, 10 and 100 hooks, whose dependencies are
//! checked already.

use crate::compile::scratch;
use crate::gates::C2;
use crate::process::Program;
use crate::quiet::{own, sampled};
use crate::report::{Report, Table};
use crate::rounds::{Desk, Field};
use crate::stats::span;
use crate::workshop::{Workshop, cargo, run};
use std::io;
use std::path::Path;
use std::time::Instant;

/// The daemons, and how many hooks each has.
const DAEMONS: [(&str, usize); 3] = [("hooks-1", 1), ("hooks-10", 10), ("hooks-100", 100)];

/// One check of a daemon whose file has changed.
#[derive(Debug, Clone, Copy)]
struct Check {
    wall: f64,
    cpu: f64,
}

/// Checks all three, again and again after a change of the file.
pub fn bench(desk: &Desk) -> io::Result<Report> {
    let core = Workshop::workspace().join("daemon-core").canonicalize()?;
    let core = format!("daemon-core = {{ path = {core:?} }}");
    let mut field: Field<Check> = Field::new();
    for (name, hooks) in DAEMONS {
        let program = scratch(desk, name, &core, &source(hooks))?;
        check(&program.path)?;
        field.add(name, Ok::<Program, io::Error>(program));
    }
    for _ in 0..desk.rounds(5) {
        for lane in &mut field.lanes {
            let sample = sampled(desk.patience, 3, || check(&lane.program.path));
            let sample = sample.inspect_err(|error| field.notes.push(format!("{}: {error}", lane.name)));
            lane.keep(sample.ok());
        }
    }
    let each = per_hook(&field, "hooks-100", "hooks-1", 99.0);
    Ok(Report { tables: vec![table(&field)], verdicts: vec![C2.judge("", &each)], notes: field.notes })
}

/// Milliseconds of processor time for each hook by which two daemons differ, round by round.
fn per_hook(field: &Field<Check>, more: &str, less: &str, hooks: f64) -> Vec<f64> {
    let cpu = |name: &str| field.figures(name, |check| check.cpu);
    let both = cpu(more).into_iter().zip(cpu(less));
    both.filter_map(|(more, less)| Some((more? - less?) * 1000.0 / hooks)).collect()
}

/// A daemon with so many hooks, of all kinds, with keys of their own.
fn source(hooks: usize) -> String {
    let hook = |index: usize| match index % 4 {
        0 => format!("    #[every(\"{}s\", deadline = \"1s\")]\n    fn hook_{index}(&mut self) {{}}\n", index + 1),
        1 => format!("    #[on(idle, on_error = log)]\n    fn hook_{index}(&mut self, _: &Context) {{}}\n"),
        2 => format!("    #[on(signal = USR2)]\n    fn hook_{index}(&self) -> Result<()> {{\n        Ok(())\n    }}\n"),
        _ => format!("    /// Says it.\n    #[on(shutdown)]\n    fn hook_{index}(&self) {{}}\n"),
    };
    let hooks: String = (0..hooks).map(hook).collect();
    format!(
        "use daemon_core::prelude::*;\n\n#[derive(Default)]\nstruct Hooks;\n\n#[daemon(lock = \"none\")]\nimpl Hooks {{\n{hooks}}}\n\nfn main() -> ExitCode {{\n    Hooks::main()\n}}\n"
    )
}

/// Changes the file and checks the crate.
fn check(folder: &Path) -> io::Result<Check> {
    let file = folder.join("src/main.rs");
    let text = std::fs::read_to_string(&file)?;
    std::fs::write(&file, format!("{}\n// {:?}\n", text.split("\n//").next().unwrap_or(&text), Instant::now()))?;
    let (begun, spent) = (Instant::now(), own()?);
    run(cargo().current_dir(folder).args(["check", "--offline", "--target-dir"]).arg(folder.join("../target-check")))?;
    Ok(Check { wall: begun.elapsed().as_secs_f64(), cpu: own()? - spent })
}

fn table(field: &Field<Check>) -> Table {
    let head = ["daemon", "wall ms", "CPU ms", "CPU ms a hook more than hooks-1", "rounds", "foreign CPU %"];
    let mut table = Table::new("cargo check after a change", &head);
    for (lane, (_, hooks)) in field.lanes.iter().zip(DAEMONS) {
        let more = hooks.saturating_sub(1);
        let each = if more == 0 { Vec::new() } else { per_hook(field, lane.name, "hooks-1", more as f64) };
        table.row(vec![
            lane.name.into(),
            span(&lane.present(|check| check.wall * 1000.0), 0),
            span(&lane.present(|check| check.cpu * 1000.0), 0),
            span(&each, 2),
            lane.measured().to_string(),
            lane.foreign(),
        ]);
    }
    table
}
