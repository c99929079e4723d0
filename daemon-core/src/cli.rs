//! The command line, rendered from the plan.
//!
//! One table names our flags; clap reads them. What is wrong is always answered with the flag, the value and what to
//! write instead, and ends with 64.

use std::any::{Any, TypeId};
use std::ffi::OsString;
use std::fmt::Display;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::account::Account;
use crate::duration;
use crate::error::{Error, Exit};
use crate::lock::Lock;
use crate::log::LogFile;
use crate::missed::Missed;
use crate::nice::Nice;
use crate::on_error::OnError;
use crate::plan::Plan;
use crate::spec::Spec;

/// Flags of the framework: long name, short letter, what the value is called (empty: no value), help.
const FLAGS: &[(&str, Option<char>, &str, &str)] = &[
    ("help", Some('h'), "", "Show this help and exit (also -H)"),
    ("version", Some('V'), "", "Show the version and exit"),
    ("instructions", Some('i'), "", "Show how to install the daemon and exit"),
    ("explain", None, "", "Show what this start would do, with every setting and who said so, and exit"),
    ("detach", Some('d'), "", "Detach and run in the background; returns when the daemon is ready"),
    ("pid-file", Some('p'), "PID_FILE", "Write the process number to PID_FILE while running"),
    ("verbose", Some('v'), "", "Echo the log to standard output, debug messages included; ignored with -d"),
    ("once", None, "", "Run one iteration and exit, as a cron job would"),
    (
        "if-locked",
        None,
        "exit|ok",
        "When another instance runs: complain and exit with 75, or be silent and exit with 0",
    ),
    ("interval", None, "DURATION", "Run every DURATION (100us and more), or 0 to iterate at once"),
    ("jitter", None, "DURATION", "By how much, at most, each iteration comes later than its slot"),
    ("lock", None, "LOCK", "Take this lock: file, none, or the absolute path of a lock file"),
    ("log", None, "FILE", "Write the log to FILE; strftime fields make it a new file with time"),
    ("missed", None, "POLICY", "What becomes of slots that pass during an iteration: skip, delay or burst(N)"),
    ("restart", None, "DURATION", "In daemon mode: restart in place this often (10s and more), or 0 for never"),
    ("restart-jitter", None, "DURATION", "By how much, at most, such a restart comes later"),
    ("deadline", None, "DURATION", "End the process when a hook takes longer than this"),
    ("start-timeout", None, "DURATION", "End the process when the start takes longer than this, or 0 for no limit"),
    ("stop-timeout", None, "DURATION", "End the process when the stop takes longer than this, or 0 for no limit"),
    ("on-error", None, "POLICY", "What follows when a hook fails: log, restart or stop"),
    ("nice", None, "auto|N", "Process priority: auto, by the interval, or a niceness from -20 to 19"),
    ("user", None, "USER", "Run as this user, by name or number; needs root at the start"),
    ("group", None, "GROUP", "Run with this group; without it the first one of the user"),
    ("umask", None, "OCTAL", "What is taken away from the mode of new files, as in 027"),
    ("core-dumps", None, "yes|no", "Whether a crash may leave a core file, with all that the memory held"),
    ("idle", None, "0..1", "Without an interval: how often an idle event follows an iteration"),
];

/// Whether the framework has a flag of this name, with dashes or underscores.
pub(crate) const fn is_reserved(name: &str) -> bool {
    let mut i = 0;
    while i < FLAGS.len() {
        if same_name(FLAGS[i].0.as_bytes(), name.as_bytes()) {
            return true;
        }
        i += 1;
    }
    false
}

const fn same_name(flag: &[u8], name: &[u8]) -> bool {
    let mut i = 0;
    while i < flag.len() && i < name.len() {
        if flag[i] != name[i] && !(flag[i] == b'-' && name[i] == b'_') {
            return false;
        }
        i += 1;
    }
    flag.len() == name.len()
}

/// The flags that take a value, for tests of what is shown of them.
#[cfg(test)]
pub(crate) fn flags_with_values() -> impl Iterator<Item = &'static str> {
    FLAGS.iter().filter(|(_, _, value, _)| !value.is_empty()).map(|(name, ..)| *name)
}

/// What the command line asks for.
#[derive(Debug)]
pub(crate) enum Request {
    /// Print this and exit with 0.
    Print(String),
    /// Print the installation instructions and exit with 0, for a daemon that is started with these arguments.
    Instructions(Vec<String>),
    /// Print what a start with these options would do and exit with 0.
    Explain(Options),
    /// Run.
    Run(Options),
}

/// How to run.
#[derive(Debug, Default)]
pub(crate) struct Options {
    pub(crate) detach: bool,
    pub(crate) pid_file: Option<PathBuf>,
    pub(crate) verbose: bool,
    pub(crate) once: bool,
    pub(crate) quiet_if_locked: bool,
    /// Names of the author's own options that were given.
    pub(crate) given: Vec<String>,
    /// Their values.
    pub(crate) own: Vec<(TypeId, Box<dyn Any>)>,
}

/// Reads the arguments, the program's name first, and writes what they override into the spec. `settled` is called when all
/// settings are what they will be, before the author's own readers run.
pub(crate) fn read<D: 'static>(
    spec: &mut Spec<D>,
    arguments: Vec<OsString>,
    settled: impl FnOnce(&Plan),
) -> Result<Request, Error> {
    // Most daemons are started with no arguments at all: then there is nothing that clap could find.
    if arguments.len() <= 1 {
        settled(&spec.plan);
        return Ok(Request::Run(Options::default()));
    }
    let matches = match command(&spec.plan).try_get_matches_from(arguments) {
        Ok(matches) => matches,
        Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            return Ok(Request::Print(error.to_string()));
        }
        Err(error) => return Err(usage(&error.to_string())),
    };
    if matches.get_flag("instructions") {
        override_settings(&mut spec.plan, &matches)?;
        return Ok(Request::Instructions(values_given(&spec.plan, &matches)));
    }
    override_settings(&mut spec.plan, &matches)?;
    settled(&spec.plan);
    let mut options = Options {
        detach: matches.get_flag("detach"),
        pid_file: value(&matches, "pid-file", |text| match text {
            "" => Err("write the name of a file".into()),
            text => Ok(PathBuf::from(text)),
        })?,
        verbose: matches.get_flag("verbose") && !matches.get_flag("detach"),
        once: matches.get_flag("once"),
        quiet_if_locked: quiet_if_locked(&matches)?,
        ..Options::default()
    };
    if options.once && !spec.plan.executes() {
        return Err(usage("--once: nothing runs once: the daemon has no #[execute]"));
    }
    if options.once && options.detach {
        return Err(usage("--once runs in the foreground: leave out -d"));
    }
    for index in 0..spec.plan.options.len() {
        if let Some(text) = text(&matches, &spec.plan.options[index].name) {
            options.own.push(spec.read_option(index, text)?);
            options.given.push(spec.plan.options[index].name.clone());
        }
    }
    Ok(if matches.get_flag("explain") { Request::Explain(options) } else { Request::Run(options) })
}

/// Flags and options that were given a value, as they would be written again; but for the one that an installed daemon has
/// anyway.
fn values_given(plan: &Plan, matches: &ArgMatches) -> Vec<String> {
    let ours = FLAGS.iter().filter(|(name, _, value, _)| !value.is_empty() && *name != "if-locked");
    let names = ours.map(|(name, ..)| *name).chain(plan.options.iter().map(|option| option.name.as_str()));
    names.filter_map(|name| Some(format!("--{name}={}", text(matches, name)?))).collect()
}

/// clap's own texts begin with `error: `; ours are all printed after the daemon's name.
fn usage(text: &str) -> Error {
    Error::new(Exit::Usage, text.strip_prefix("error: ").unwrap_or(text).trim_end())
}

fn command(plan: &Plan) -> Command {
    let mut command = Command::new(plan.name.clone())
        .version(plan.version.clone())
        .about(plan.about.clone())
        .disable_help_flag(true)
        .disable_version_flag(true);
    if let Some(help) = &plan.help {
        command = command.override_help(help.clone());
    }
    for row in FLAGS {
        command = command.arg(flag(row));
    }
    for option in &plan.options {
        let first = option.about.lines().next().unwrap_or_default();
        let help = first.strip_suffix('.').unwrap_or(first).to_owned();
        let arg = Arg::new(option.name.clone()).long(option.name.clone()).value_name("VALUE").help(help);
        command = command.arg(arg.allow_hyphen_values(true));
    }
    command
}

fn flag(&(name, short, value, help): &(&'static str, Option<char>, &'static str, &'static str)) -> Arg {
    let mut arg = Arg::new(name).long(name).help(help);
    if let Some(letter) = short {
        arg = arg.short(letter);
    }
    match name {
        "help" => arg.short_alias('H').action(ArgAction::Help),
        "version" => arg.action(ArgAction::Version),
        _ if value.is_empty() => arg.action(ArgAction::SetTrue),
        // So that `--interval -1s` is an answer about the value, not about a flag `-1`.
        _ => arg.value_name(value).allow_hyphen_values(true),
    }
}

fn text<'a>(matches: &'a ArgMatches, name: &str) -> Option<&'a str> {
    matches.get_one::<String>(name).map(String::as_str)
}

/// Flags that change a declared value.
fn override_settings(plan: &mut Plan, matches: &ArgMatches) -> Result<(), Error> {
    plan.interval.overridden(value(matches, "interval", read_duration)?);
    plan.lock.overridden(value(matches, "lock", read_word::<Lock>)?);
    plan.missed.overridden(value(matches, "missed", read_word::<Missed>)?);
    plan.restart.overridden(value(matches, "restart", read_duration)?);
    plan.jitter.overridden(value(matches, "jitter", read_duration)?);
    plan.restart_jitter.overridden(value(matches, "restart-jitter", read_duration)?);
    plan.deadline.overridden(value(matches, "deadline", read_duration)?.map(Some));
    plan.start_timeout.overridden(value(matches, "start-timeout", read_duration)?);
    plan.stop_timeout.overridden(value(matches, "stop-timeout", read_duration)?);
    plan.on_error.overridden(value(matches, "on-error", read_word::<OnError>)?);
    plan.nice.overridden(value(matches, "nice", read_word::<Nice>)?);
    plan.idle.overridden(value(matches, "idle", read_probability)?);
    plan.user.overridden(value(matches, "user", read_account)?.map(Some));
    plan.group.overridden(value(matches, "group", read_account)?.map(Some));
    plan.umask.overridden(value(matches, "umask", read_umask)?.map(Some));
    plan.core_dumps.overridden(value(matches, "core-dumps", read_yes)?);
    plan.log.overridden(value(matches, "log", |text| match text {
        "" => Err("write the name of a file".into()),
        text => Ok(text.into_log()),
    })?);
    Ok(())
}

fn value<T>(matches: &ArgMatches, name: &str, read: impl Fn(&str) -> Result<T, String>) -> Result<Option<T>, Error> {
    let Some(text) = text(matches, name) else {
        return Ok(None);
    };
    read(text).map(Some).map_err(|why| usage(&format!("invalid value {text:?} for --{name}: {why}")))
}

fn read_duration(text: &str) -> Result<Duration, String> {
    duration::parse(text).map_err(|flaw| flaw.to_string())
}

fn read_word<T: FromStr<Err: Display>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: T::Err| error.to_string())
}

fn read_probability(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if (0.0..=1.0).contains(&number) => Ok(number),
        _ => Err("write a probability from 0 to 1, as in 0.5".into()),
    }
}

fn read_account(text: &str) -> Result<Account, String> {
    if text.is_empty() { Err("write a name or a number".into()) } else { Ok(text.into()) }
}

/// Octal digits only, as everywhere else on the machine: 27 in decimal would be a mask that nobody meant.
fn read_umask(text: &str) -> Result<u32, String> {
    let digits = (1..=4).contains(&text.len()) && text.bytes().all(|byte| (b'0'..=b'7').contains(&byte));
    let mask = u32::from_str_radix(text, 8).ok().filter(|mask| digits && *mask <= 0o777);
    mask.ok_or_else(|| "write it in octal, from 0 to 777, as in 027".into())
}

fn read_yes(text: &str) -> Result<bool, String> {
    match text {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err("write yes or no".into()),
    }
}

fn quiet_if_locked(matches: &ArgMatches) -> Result<bool, Error> {
    value(matches, "if-locked", |text| match text {
        "exit" => Ok(false),
        "ok" => Ok(true),
        _ => Err("write exit or ok".into()),
    })
    .map(Option::unwrap_or_default)
}

#[cfg(test)]
#[path = "cli_tests.rs"]
mod tests;
