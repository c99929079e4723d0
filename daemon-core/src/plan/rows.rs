//! Every setting as a row for people: its key, its value, and who said so. `--explain` and the run-time variables are
//! made from this one table, so a new key is one row here. May not read the clock, the environment or a file.

use std::fmt::Display;
use std::time::Duration;

use super::{Origin, Plan, Setting};
use crate::duration::Pretty;

/// A setting, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// The key of the attribute, which is also the method of [`Spec`](crate::Spec).
    pub(crate) key: &'static str,
    /// Whether the flag `--KEY`, with dashes, overrides it.
    pub(crate) flag: bool,
    pub(crate) value: String,
    pub(crate) origin: Origin,
}

impl Row {
    /// The flag that overrides it.
    pub(crate) fn flag(&self) -> Option<String> {
        self.flag.then(|| format!("--{}", self.key.replace('_', "-")))
    }
}

impl Plan {
    /// All settings, in the order in which the documents name them.
    pub(crate) fn rows(&self) -> Vec<Row> {
        let lines = match self.instructions.len() {
            0 => "none".to_owned(),
            count => format!("lines of the author for -i: {count}"),
        };
        let help = if self.help.is_some() { "a text of the author" } else { "made from the declaration" };
        vec![
            said("name", self.named, self.name.clone()),
            row("interval", &self.interval, pretty_or("none, iterates at once")),
            row("jitter", &self.jitter, pretty_or("none")),
            row("lock", &self.lock, shown),
            row("log", &self.log, shown),
            row("missed", &self.missed, shown),
            row("idle", &self.idle, shown),
            row("restart", &self.restart, pretty_or("never")),
            row("restart_jitter", &self.restart_jitter, pretty_or("none")),
            row("deadline", &self.deadline, |time| time.map_or("none".to_owned(), |time| Pretty(time).to_string())),
            row("start_timeout", &self.start_timeout, pretty_or("no limit")),
            row("stop_timeout", &self.stop_timeout, pretty_or("no limit")),
            row("on_error", &self.on_error, shown),
            row("nice", &self.nice, shown),
            row("user", &self.user, shown_or("as who starts it")),
            row("group", &self.group, shown_or("the first one of the user")),
            row("umask", &self.umask, |mask| match mask {
                Some(mask) => format!("{mask:04o}"),
                None => "027 in the background, else as it was found".into(),
            }),
            row("core_dumps", &self.core_dumps, |allowed| if *allowed { "yes" } else { "no" }.into()),
            said("workers", self.has_workers(), self.pool_names()),
            said("instructions", !self.instructions.is_empty(), lines),
            said("help", self.help.is_some(), help.to_owned()),
        ]
    }
}

fn row<T>(key: &'static str, setting: &Setting<T>, show: impl Fn(&T) -> String) -> Row {
    Row { key, flag: true, value: show(&setting.value), origin: setting.origin }
}

/// What only the declaration can say.
fn said(key: &'static str, declared: bool, value: String) -> Row {
    let origin = if declared { Origin::Declared } else { Origin::Default };
    Row { key, flag: false, value, origin }
}

fn shown(value: &impl Display) -> String {
    value.to_string()
}

/// What may be left open; `none` says what follows then.
fn shown_or<T: Display>(none: &'static str) -> impl Fn(&Option<T>) -> String {
    move |value| value.as_ref().map_or_else(|| none.to_owned(), ToString::to_string)
}

/// A length of time; `zero` says what none means.
fn pretty_or(zero: &'static str) -> impl Fn(&Duration) -> String {
    move |time| if time.is_zero() { zero.to_owned() } else { Pretty(*time).to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_tells_who_said_so() {
        let mut plan = Plan { name: "x".into(), ..Plan::default() };
        plan.restart_jitter.declare(Duration::from_secs(90));
        plan.idle.overridden(Some(0.25));
        let find = |key| plan.rows().into_iter().find(|row| row.key == key).expect("a row");
        assert_eq!(
            (find("interval").value.as_str(), find("interval").origin),
            ("none, iterates at once", Origin::Default)
        );
        let jitter = find("restart_jitter");
        assert_eq!((jitter.value.as_str(), jitter.origin), ("1m 30s", Origin::Declared));
        assert_eq!(jitter.flag().as_deref(), Some("--restart-jitter"));
        assert_eq!((find("idle").value.as_str(), find("idle").origin), ("0.25", Origin::Flag));
        assert_eq!((find("name").flag(), find("help").flag()), (None, None));
    }

    /// A flag that overrides a setting and has no row would be missing in what people are shown.
    #[test]
    fn every_flag_of_a_row_is_one_of_the_command_line() {
        for flag in Plan::default().rows().iter().filter_map(Row::flag) {
            assert!(crate::cli::is_reserved(flag.trim_start_matches('-')), "{flag}");
        }
    }
}
