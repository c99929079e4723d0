//! The run-time variables that USR1 writes, and the figures of `cx.stats()`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use daemon_tests::loose::wait_until;
use daemon_tests::record::Line;
use daemon_tests::{Child, Place, each};
use nix::sys::signal::Signal;

/// The variables of the original's dumps, as they are called here, and a word that the value of this daemon holds.
const VARIABLES: &[(&str, &str)] = &[
    ("daemon", "cli-probe 0.1.0"),
    ("command", "cli_probe --lock "),
    ("pid", ""),
    ("process type", "daemon"),
    ("user", ""),
    ("priority", "0"),
    ("start time", "20"),
    ("uptime", "s"),
    ("memory", " MB"),
    ("peak memory", " MB"),
    ("daemon mode", "no"),
    ("shutdown signal", "no"),
    ("verbose", ""),
    ("log file", ""),
    ("config file", "none"),
    ("lock", "file "),
    ("plugins", "part"),
    ("workers", "none"),
    ("mail to", "nobody"),
    ("interval", "10ms (declared)"),
    ("missed", "skip (default)"),
    ("idle", "0.5 (default)"),
    ("restart", "never (default)"),
    ("restart_jitter", "none (default)"),
    ("deadline", "none (default)"),
    ("start_timeout", "1m 30s (default)"),
    ("stop_timeout", "no limit (default)"),
    ("on_error", "restart (default)"),
    ("missed slots", ""),
    ("iterations", ""),
    ("overruns", ""),
    ("idle share", " %"),
    ("duration", "mean "),
    ("lateness", "p99 "),
    ("trimmed duration", "(mean of "),
    ("trimmed idle", "(mean of "),
    ("next due", " in "),
];

fn start(place: &Place, arguments: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cli_probe"));
    command.arg("--lock").arg(place.lock()).args(arguments);
    Child::spawn(command)
}

/// The rows of the one dump in these lines: name and value; of rows with the same name the last.
fn rows(lines: &[String]) -> BTreeMap<String, String> {
    let messages: Vec<String> = lines.iter().map(|line| Line::parse(line).expect("a line of a log").message).collect();
    let begins = messages.iter().filter(|message| *message == "run-time variables").count();
    assert_eq!(begins, 1, "{lines:#?}");
    let row = |message: &String| {
        let row = message.strip_prefix("  ")?;
        let (name, value) = row.split_at_checked(21)?;
        Some((name.trim_end().to_owned(), value.to_owned()))
    };
    messages.iter().filter_map(row).collect()
}

fn lines(log: &Path) -> Vec<String> {
    fs::read_to_string(log).unwrap_or_default().lines().map(str::to_owned).collect()
}

/// Asks for a dump and stops; what went to standard output.
fn dump(place: &Place, arguments: &[&str], log: Option<&Path>) -> (Vec<String>, u32) {
    let mut child = start(place, arguments);
    let pid = child.pid();
    match log {
        Some(log) => {
            wait_until("it has started", || lines(log).iter().any(|line| line.contains(" started, ")));
            child.signal(Signal::SIGUSR1);
            wait_until("the dump", || lines(log).iter().any(|line| line.contains("every 10m in ")));
        }
        None => {
            child.wait_started();
            child.signal(Signal::SIGUSR1);
            child.wait_for("every 10m in ");
        }
    }
    let ended = child.stop();
    ended.expect_code(0);
    (ended.lines, pid)
}

/// Every variable of the original has its row, with the value of this daemon.
#[test]
fn usr1_writes_every_run_time_variable() {
    let place = Place::new();
    let (lines, pid) = dump(&place, &[], None);
    let rows = rows(&lines);
    each(VARIABLES, |(name, word)| {
        let value = rows.get(*name).unwrap_or_else(|| panic!("no {name} in {rows:#?}"));
        assert!(value.contains(word) && !value.is_empty(), "{name}: {value:?}");
    });
    assert_eq!(rows["pid"], pid.to_string());
    assert_eq!(rows["log file"], "standard output");
    assert_eq!(rows["verbose"], "no");
    assert_eq!(rows["lock"], format!("file {}", place.lock().display()));
    let dues: Vec<&String> = lines.iter().filter(|line| line.contains("  next due ")).collect();
    assert!(dues[0].contains("execute in ") && dues[1].contains("every 10m in "), "{dues:?}");
}

/// With a log file the dump goes there and nowhere else.
#[test]
fn usr1_writes_to_the_log_file() {
    let place = Place::new();
    let log = place.file("log");
    let shown = log.display().to_string();
    let (output, _) = dump(&place, &["--log", &shown], Some(&log));
    assert_eq!(output, [""; 0]);
    assert_eq!(rows(&lines(&log))["log file"], shown);
}

/// With a log file and `-v` the same dump goes to both, and the flags are told as such.
#[test]
fn usr1_writes_to_both_when_verbose() {
    let place = Place::new();
    let log = place.file("log");
    let shown = log.display().to_string();
    let flags =
        ["-v", "--log", &shown, "--interval", "20ms", "--missed", "burst(3)", "--idle", "0.25", "--max-load", "7"];
    let (output, _) = dump(&place, &flags, Some(&log));
    let both = rows(&output);
    assert_eq!(both, rows(&lines(&log)));
    for (name, value) in
        [("verbose", "yes"), ("interval", "20ms (flag)"), ("missed", "burst(3) (flag)"), ("idle", "0.25 (flag)")]
    {
        assert_eq!(both[name], value);
    }
    assert!(both["command"].ends_with(&flags.join(" ")), "{both:#?}");
    assert!(output.iter().any(|line| line.ends_with("limit Some(7)")), "{output:#?}");
}

/// What is counted is true: iterations, overruns and missed slots of the dump are those that the daemon recorded itself.
#[test]
fn counts_agree_with_what_happened() {
    let place = Place::new();
    let mut command = Command::new(env!("CARGO_BIN_EXE_time_grid"));
    command.env("RECORD", place.file("record")).envs([("HOLD", "2.5"), ("HOLD_EVERY", "3"), ("SAY", "1000000")]);
    let mut child = Child::spawn(command);
    let ticks = || daemon_tests::grid::Tick::read(&place.file("record"));
    wait_until("thirty ticks", || ticks().len() >= 30);
    child.signal(Signal::SIGUSR1);
    child.wait_for("  next due ");
    let dumped = ticks().len();
    wait_until("two more ticks", || ticks().len() >= dumped + 2);
    let ended = child.stop();
    let dump: Vec<String> = ended.lines.into_iter().filter(|line| !line.contains("tick")).collect();
    let rows = rows(&dump);
    let number = |name: &str| rows[name].split(' ').next().and_then(|text| text.parse::<u64>().ok()).expect("a number");
    // The record holds the counts as they were before each iteration: the dump stands before one of them.
    let next = ticks().into_iter().nth(usize::try_from(number("iterations")).expect("fits"));
    let next = next.expect("the daemon went on after the dump");
    assert_eq!((number("overruns"), number("missed slots")), (next.overruns, next.missed));
    assert!(next.overruns >= 10 && next.missed >= 20, "{next:?}");
}
