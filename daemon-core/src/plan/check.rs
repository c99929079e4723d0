//! Judges the whole plan at start, after flags have had their say.
//!
//! May not know a rule: those are in `rules`, and judge literals while compiling too.

use std::time::Duration;

use super::facts::Facts;
use super::{Account, Hook, Origin, Plan, Row, Setting, Trigger, rules};
use crate::duration::Pretty;
use crate::error::{Error, Exit};
use crate::nice::Kind;

impl Plan {
    /// Looks for settings that can not work, alone or together. One function decides, whoever asks.
    ///
    /// # Errors
    /// The first contradiction, naming the setting, its value and its origin, with what to write instead:
    /// [`Exit::Usage`] when a flag asks for it, else [`Exit::Config`].
    pub fn check(&self) -> Result<(), Error> {
        self.checked_name()?;
        let rows = self.rows();
        let facts = self.facts(&rows);
        for settings in rules::OF_DAEMONS {
            if let Some(fault) = facts.fault(settings[0]) {
                return Err(refuse(&rows, settings, fault.as_str().to_owned()));
            }
        }
        self.hooks.iter().try_for_each(|hook| check_hook(hook, facts, &rows))?;
        #[cfg(feature = "workers")]
        crate::worker::check::check(self)?;
        self.check_options()
    }

    /// What the rules may know, in the words of the rows.
    fn facts<'a>(&'a self, rows: &'a [Row]) -> Facts<'a> {
        let length = |setting: &Setting<Duration>| Some(Known::Length(setting.value));
        let account = |setting: &'a Setting<Option<Account>>| {
            let account = setting.value.as_ref()?;
            Some(account.number().map_or_else(|| Known::Text(account.name().unwrap_or_default()), Known::number))
        };
        let known = [
            ("interval", length(&self.interval)),
            ("jitter", length(&self.jitter)),
            ("idle", Some(Known::Number(self.idle.value))),
            ("missed", Some(Known::Words)),
            ("restart", length(&self.restart)),
            ("restart_jitter", length(&self.restart_jitter)),
            ("deadline", self.deadline.value.map(Known::Length)),
            ("start_timeout", length(&self.start_timeout)),
            ("stop_timeout", length(&self.stop_timeout)),
            ("nice", if let Kind::Fixed(nice) = self.nice.value.0 { Some(Known::Number(nice.into())) } else { None }),
            ("user", account(&self.user)),
            ("group", account(&self.group)),
            ("umask", self.umask.value.map(Known::number)),
        ];
        let mut facts = if self.executes() { Facts::new() } else { Facts::new().without("execute") };
        for (key, value) in known {
            let Some((value, row)) = value.zip(rows.iter().find(|row| row.key == key)) else { continue };
            facts = match value {
                Known::Length(length) => facts.length(key, length, &row.value),
                Known::Number(number) => facts.number(key, number, &row.value),
                Known::Text(text) => facts.text(key, text),
                Known::Words => facts.text(key, &row.value),
            };
            facts = facts.by(row.origin.name());
        }
        facts
    }

    /// Names of our own flags are refused for the author's, since one of the two would never be read.
    ///
    /// # Errors
    /// [`Exit::Config`] with the option's name.
    pub(crate) fn check_options(&self) -> Result<(), Error> {
        for (index, option) in self.options.iter().enumerate() {
            let name = &option.name;
            if let Some(fault) = rules::option(name) {
                return Err(config(fault.as_str().to_owned()));
            }
            if self.options[..index].iter().any(|other| other.name == *name) {
                return Err(config(format!("option --{name} is declared twice: rename one")));
            }
        }
        Ok(())
    }
}

/// A value that the rules may know.
enum Known<'a> {
    Length(Duration),
    Number(f64),
    Text(&'a str),
    /// As the row shows it.
    Words,
}

impl Known<'_> {
    fn number(number: u32) -> Self {
        Self::Number(number.into())
    }
}

fn check_hook(hook: &Hook, facts: Facts<'_>, rows: &[Row]) -> Result<(), Error> {
    let shown = |value: Option<Duration>| value.map(|value| Pretty(value).to_string()).unwrap_or_default();
    let (helper, period) = match hook.trigger {
        Trigger::Tick => ("execute", None),
        Trigger::Every(period) => ("every", Some(period)),
        Trigger::Signal(_) | Trigger::Event(_) => ("on", None),
        #[cfg(feature = "cron")]
        Trigger::Cron(_) => ("cron", None),
        #[cfg(feature = "workers")]
        Trigger::Call(..) => ("on", None),
    };
    let known = [
        ("every", period, shown(period)),
        ("jitter", hook.jitter, shown(hook.jitter)),
        ("deadline", hook.deadline, shown(hook.deadline)),
    ];
    let mut facts = facts.hook(helper);
    for (name, value, text) in &known {
        if let Some(value) = value {
            facts = facts.length(name, *value, text);
        }
    }
    for settings in rules::OF_HOOKS {
        if let Some(fault) = facts.fault(settings[0]) {
            return Err(refuse(rows, &settings[1..], format!("{hook}: {}", fault.as_str())));
        }
    }
    if hook.jitter.is_some() && period.is_none() {
        return Err(config(format!("{hook}: only a hook of every has a jitter: give the daemon one, or leave it out")));
    }
    match hook.trigger {
        #[cfg(feature = "cron")]
        Trigger::Cron(cron) => {
            crate::cron::calendar::check(cron, hook.zone).map_err(|error| config(format!("{hook}: {error}")))
        }
        _ if hook.zone.is_some() => Err(config(format!("{hook}: only a hook of cron has a zone: leave it out"))),
        _ => Ok(()),
    }
}

/// What a flag asks for, of these settings, is a mistake of whoever started the daemon; all else one of its author.
fn refuse(rows: &[Row], settings: &[&str], text: String) -> Error {
    let flag = rows.iter().any(|row| row.origin == Origin::Flag && settings.contains(&row.key));
    Error::new(if flag { Exit::Usage } else { Exit::Config }, text)
}

fn config(text: String) -> Error {
    Error::new(Exit::Config, text)
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;
