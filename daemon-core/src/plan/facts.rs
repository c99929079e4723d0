//! What is known of a declaration while it is judged: values, and the words in which they were said.
//!
//! May not judge: the rules are in `rules`. All of it is `const`, so that literals are judged while compiling.

use std::time::Duration;

use super::rules::{self, same};
use crate::caret::Text;
use crate::duration;

/// How many values can be known. What is more is not judged.
const ROOM: usize = 32;

/// What is known of a declaration. A setting that is not known is in no contradiction.
///
/// *When to use:* to have contradictions reported while compiling. The macro writes this for the literals of a block; by
/// hand:
///
/// ```
/// use daemon_core::plan::Facts;
///
/// const DAEMON: Facts = Facts::new().text("restart", "12h").text("restart_jitter", "30m");
/// const _: () = DAEMON.check("restart_jitter");
/// const _: () = DAEMON.hook("every").text("every", "10m").text("deadline", "30s").check("deadline");
/// ```
/// ```compile_fail
/// # use daemon_core::plan::Facts;
/// const DAEMON: Facts = Facts::new().text("restart", "12h").text("restart_jitter", "1d");
/// const _: () = DAEMON.check("restart_jitter"); // restart_jitter = 1d: write less than restart = 12h
/// ```
///
/// At start the same rules judge the whole plan, after flags have had their say.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    facts: [Fact<'a>; ROOM],
    count: usize,
    /// Where the facts of the hook at hand begin, and its helper.
    hook: Option<(usize, &'a str)>,
    /// Whether something runs at the interval, as far as known.
    pub(super) executes: bool,
}

/// A setting, and how it was said.
#[derive(Clone, Copy)]
pub(super) struct Fact<'a> {
    setting: &'a str,
    /// The words.
    pub text: &'a str,
    /// Who said so, where that is known.
    pub origin: &'a str,
    value: Value,
}

#[derive(Clone, Copy)]
enum Value {
    Words,
    Length(Duration),
    Number(f64),
}

impl<'a> Facts<'a> {
    /// Nothing is known.
    #[must_use]
    pub const fn new() -> Self {
        let nothing = Fact { setting: "", text: "", origin: "", value: Value::Words };
        Self { facts: [nothing; ROOM], count: 0, hook: None, executes: true }
    }

    /// This setting has this text in the source. A text that is no value of the setting is passed over by the rules: it is
    /// an error of its own.
    #[must_use]
    pub const fn text(self, setting: &'a str, text: &'a str) -> Self {
        match duration::parse(text) {
            Ok(length) => self.length(setting, length, text),
            Err(_) => self.with(Fact { setting, text, origin: "", value: Value::Words }),
        }
    }

    /// This setting has this number, in these words.
    #[must_use]
    pub const fn number(self, setting: &'a str, number: f64, text: &'a str) -> Self {
        self.with(Fact { setting, text, origin: "", value: Value::Number(number) })
    }

    /// This setting has this length of time, in these words.
    #[must_use]
    pub const fn length(self, setting: &'a str, length: Duration, text: &'a str) -> Self {
        self.with(Fact { setting, text, origin: "", value: Value::Length(length) })
    }

    /// Who said what was told last.
    pub(super) const fn by(mut self, origin: &'a str) -> Self {
        if self.count > 0 {
            self.facts[self.count - 1].origin = origin;
        }
        self
    }

    /// There is no helper of this kind.
    #[must_use]
    pub const fn without(self, helper: &str) -> Self {
        Self { executes: self.executes && !same(helper, "execute"), ..self }
    }

    /// The same daemon, and a hook of it: settings from here on are the hook's, and the setting named like the helper is
    /// what stands first in it, the period of `every`.
    #[must_use]
    pub const fn hook(self, helper: &'a str) -> Self {
        Self { hook: Some((self.count, helper)), ..self }
    }

    const fn with(mut self, fact: Fact<'a>) -> Self {
        if self.count < ROOM {
            self.facts[self.count] = fact;
            self.count += 1;
        }
        self
    }

    /// Judges one setting, while compiling.
    ///
    /// # Panics
    /// When the setting can not work, alone or with the others that are known: with its value and what to write.
    #[track_caller]
    pub const fn check(&self, setting: &str) {
        if let Some(fault) = self.fault(setting) {
            panic!("{}", fault.as_str());
        }
    }

    /// Judges the name of an own option, while compiling.
    ///
    /// # Panics
    /// When the framework has a flag of that name.
    #[track_caller]
    pub const fn check_option(name: &str) {
        if let Some(fault) = rules::option(name) {
            panic!("{}", fault.as_str());
        }
    }

    /// The first setting of the hook or pool at hand that can not work.
    #[cfg(feature = "workers")]
    pub(crate) fn fault_of_pool(&self) -> Option<Text> {
        rules::OF_HOOKS.iter().find_map(|settings| self.fault(settings[0]))
    }

    /// Why this setting can not work, with its value and what to write.
    pub(super) const fn fault(&self, setting: &str) -> Option<Text> {
        if self.hook.is_some() { rules::of_hooks(self, setting) } else { rules::of_daemons(self, setting) }
    }

    /// The helper of the hook at hand.
    pub(super) const fn helper(&self) -> &str {
        match self.hook {
            Some((_, helper)) => helper,
            None => "",
        }
    }

    /// What the daemon says about a setting.
    pub(super) const fn of_daemon(&self, setting: &str) -> Option<Fact<'a>> {
        let end = match self.hook {
            Some((at, _)) => at,
            None => self.count,
        };
        self.find(setting, 0, end)
    }

    /// What the hook at hand says about a setting.
    pub(super) const fn of_hook(&self, setting: &str) -> Option<Fact<'a>> {
        match self.hook {
            Some((at, _)) => self.find(setting, at, self.count),
            None => None,
        }
    }

    const fn find(&self, setting: &str, mut at: usize, end: usize) -> Option<Fact<'a>> {
        while at < end {
            if same(self.facts[at].setting, setting) {
                return Some(self.facts[at]);
            }
            at += 1;
        }
        None
    }
}

impl Default for Facts<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl Fact<'_> {
    pub(super) const fn length(&self) -> Option<Duration> {
        match self.value {
            Value::Length(length) => Some(length),
            Value::Words | Value::Number(_) => None,
        }
    }

    pub(super) const fn number(&self) -> Option<f64> {
        match self.value {
            Value::Number(number) => Some(number),
            Value::Words | Value::Length(_) => None,
        }
    }
}
