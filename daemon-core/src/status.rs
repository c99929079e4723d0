//! The run-time variables, as lines for people: what USR1 writes.

use std::env;
use std::time::Duration;

use crate::clock::Now;
use crate::duration::Pretty;
use crate::plan::{Plan, Row};
use crate::stats::{Due, Spread, Summary};
use crate::sys::{local_time, process};

/// What the dump needs beside plan and statistics.
pub(crate) struct Facts {
    pub(crate) now: Now,
    pub(crate) interval: Duration,
    pub(crate) stopping: bool,
    pub(crate) verbose: bool,
    pub(crate) daemon_mode: bool,
    pub(crate) plugins: Vec<String>,
    pub(crate) log: Option<String>,
    /// What there is to say about workers.
    pub(crate) workers: Vec<(&'static str, String)>,
}

/// One `name: value` a line.
pub(crate) fn lines(plan: &Plan, stats: &Summary, facts: &Facts) -> Vec<String> {
    let mut lines = vec!["run-time variables".to_owned()];
    let rows = process_rows(plan, stats, facts).into_iter();
    let rows = rows.chain(setting_rows(plan, facts)).chain(loop_rows(stats, facts)).chain(facts.workers.clone());
    lines.extend(rows.map(|(name, value)| format!("  {name:<20} {value}")));
    lines
}

fn process_rows(plan: &Plan, stats: &Summary, facts: &Facts) -> Vec<(&'static str, String)> {
    vec![
        ("daemon", format!("{} {}", plan.name, plan.version)),
        ("command", command()),
        ("pid", process::pid().to_string()),
        ("process type", "daemon".into()),
        ("user", process::user_name(process::uid())),
        ("priority", process::niceness().to_string()),
        ("start time", local_time::stamp(facts.now.wall.minus(stats.uptime))),
        ("uptime", pretty(stats.uptime)),
        ("memory", megabytes(stats.memory)),
        ("peak memory", megabytes(stats.peak_memory)),
        ("daemon mode", yes(facts.daemon_mode)),
        ("shutdown signal", yes(facts.stopping)),
        ("verbose", yes(facts.verbose)),
        ("log file", facts.log.clone().unwrap_or_else(|| "standard output".into())),
        ("config file", "none".into()),
        ("lock", list(&stats.locks)),
        ("plugins", list(&facts.plugins)),
        ("workers", if facts.workers.is_empty() { "none" } else { "below" }.into()),
        ("mail to", "nobody".into()),
        ("restarts", stats.restarts.to_string()),
    ]
}

/// Each setting with who said so, from the table that `--explain` has too; but for those of which another row tells
/// what became of them.
fn setting_rows(plan: &Plan, facts: &Facts) -> Vec<(&'static str, String)> {
    const TOLD_OTHERWISE: [&str; 7] = ["name", "lock", "log", "user", "instructions", "help", "workers"];
    let text = |row: Row| match row.key {
        "interval" if facts.interval != plan.interval.value => {
            let now = if facts.interval.is_zero() { "none".to_owned() } else { pretty(facts.interval) };
            (row.key, format!("{now} (set while running; {}: {})", row.origin, row.value))
        }
        key => (key, format!("{} ({})", row.value, row.origin)),
    };
    plan.rows().into_iter().filter(|row| !TOLD_OTHERWISE.contains(&row.key)).map(text).collect()
}

fn loop_rows(stats: &Summary, facts: &Facts) -> Vec<(&'static str, String)> {
    let mut rows = vec![
        ("iterations", stats.iterations.to_string()),
        ("missed slots", stats.missed.to_string()),
        ("overruns", stats.overruns.to_string()),
        ("idle share", format!("{:.2} %", stats.idle_share * 100.0)),
        ("duration", spread(&stats.duration)),
        ("lateness", spread(&stats.lateness)),
        ("trimmed duration", format!("{} (mean of {})", pretty(stats.trimmed_duration), stats.sample)),
        ("trimmed idle", format!("{} (mean of {})", pretty(stats.trimmed_idle), stats.sample)),
    ];
    let due = |due: &Due| {
        let within = due.at.since(facts.now.mono);
        ("next due", format!("{} in {}", due.trigger, pretty(within)))
    };
    rows.extend(stats.due.iter().map(due));
    rows
}

fn command() -> String {
    env::args_os().map(|argument| argument.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

fn pretty(duration: Duration) -> String {
    Pretty(duration).to_string()
}

fn spread(spread: &Spread) -> String {
    let Spread { mean, p50, p99, max } = *spread;
    format!("mean {}, p50 {}, p99 {}, max {}", pretty(mean), pretty(p50), pretty(p99), pretty(max))
}

fn megabytes(bytes: u64) -> String {
    format!("{}.{} MB", bytes / 1_048_576, bytes % 1_048_576 * 10 / 1_048_576)
}

fn yes(fact: bool) -> String {
    if fact { "yes" } else { "no" }.to_owned()
}

fn list(names: &[String]) -> String {
    if names.is_empty() { "none".into() } else { names.join(", ") }
}
