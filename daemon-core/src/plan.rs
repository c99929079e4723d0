//! The plan: a declaration as plain data, after all of it has been said.
//!
//! Command line, help, install text, dump and engine are all made from this one value. It holds no code of the author.

use std::fmt;
use std::panic::Location;
use std::path::PathBuf;
use std::time::Duration;

use crate::duration::Pretty;
use crate::error::{Error, Exit};
use crate::event::Event;
use crate::lock::Lock;
use crate::log::LogTo;
use crate::name::Name;
use crate::schedule::{LONGEST_INTERVAL, Missed, SHORTEST_INTERVAL};
use crate::signal::Signal;

/// Where a setting's value comes from; a later one wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody said anything.
    Default,
    /// The declaration says so.
    Declared,
    /// A command-line flag says so.
    Flag,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Default => "default",
            Self::Declared => "declared",
            Self::Flag => "flag",
        })
    }
}

/// A value, and where it comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// Who said so.
    pub origin: Origin,
}

impl<T> Setting<T> {
    pub(crate) const fn default(value: T) -> Self {
        Self {
            value,
            origin: Origin::Default,
        }
    }

    pub(crate) fn declare(&mut self, value: T) {
        *self = Self {
            value,
            origin: Origin::Declared,
        };
    }

    pub(crate) fn overridden(&mut self, value: Option<T>) {
        if let Some(value) = value {
            *self = Self {
                value,
                origin: Origin::Flag,
            };
        }
    }
}

/// A place in the author's source.
#[derive(Clone, Copy)]
pub struct Place(&'static Location<'static>);

impl Place {
    /// The place of the caller.
    #[must_use]
    #[track_caller]
    pub fn here() -> Self {
        Self(Location::caller())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.0.file(), self.0.line())
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What makes a hook run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// Each slot of the interval, or at once again without one.
    Tick,
    /// A signal.
    Signal(Signal),
    /// A moment in the daemon's life.
    Event(Event),
    /// A timer of its own.
    Every(Duration),
}

impl From<Signal> for Trigger {
    fn from(signal: Signal) -> Self {
        Self::Signal(signal)
    }
}

impl From<Event> for Trigger {
    fn from(event: Event) -> Self {
        Self::Event(event)
    }
}

impl fmt::Display for Trigger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tick => f.write_str("execute"),
            Self::Signal(signal) => write!(f, "on {signal}"),
            Self::Event(event) => write!(f, "on {event}"),
            Self::Every(period) => write!(f, "every {}", Pretty(*period)),
        }
    }
}

/// What follows when a hook fails, by an error or a panic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnError {
    /// It is logged and the error event fires; the daemon goes on.
    Log,
    /// As `Log`, and then the daemon stops with the error's exit code, 70 unless it names another. The default.
    Stop,
}

/// A hook: when it runs, and what follows from how it ends. What it does is kept apart, in the [`Spec`](crate::Spec).
#[derive(Clone, Debug)]
pub struct Hook {
    pub(crate) trigger: Trigger,
    pub(crate) about: String,
    pub(crate) deadline: Option<Duration>,
    pub(crate) on_error: OnError,
    pub(crate) place: Place,
}

/// Two hooks are equal when they say the same, wherever they stand.
impl PartialEq for Hook {
    fn eq(&self, other: &Self) -> bool {
        (self.trigger, &self.about, self.deadline, self.on_error)
            == (other.trigger, &other.about, other.deadline, other.on_error)
    }
}

impl Hook {
    pub(crate) const fn new(trigger: Trigger, place: Place) -> Self {
        Self {
            trigger,
            about: String::new(),
            deadline: None,
            on_error: OnError::Stop,
            place,
        }
    }

    /// What the hook is for, in the author's words; the macro puts the doc comment here.
    pub fn about(&mut self, text: &str) -> &mut Self {
        text.clone_into(&mut self.about);
        self
    }

    /// How long the hook may take. A hook that took longer is logged as an error once it has ended, and the error
    /// event fires. Default: no deadline.
    pub fn deadline(&mut self, deadline: Duration) -> &mut Self {
        self.deadline = Some(deadline);
        self
    }

    /// What follows when the hook fails. Default: [`OnError::Stop`].
    pub fn on_error(&mut self, what: OnError) -> &mut Self {
        self.on_error = what;
        self
    }
}

/// For messages: `execute (src/main.rs:12)`.
impl fmt::Display for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.trigger, self.place)
    }
}

/// A command-line option of the author's: its name, and what it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opt {
    pub(crate) name: String,
    pub(crate) about: String,
}

impl Opt {
    /// What the option is for, for `--help`; the macro puts the doc comment here.
    pub fn about(&mut self, text: &str) -> &mut Self {
        text.clone_into(&mut self.about);
        self
    }
}

/// What was declared, as plain data.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The package's name, unless `name` says otherwise. Not yet checked.
    pub name: String,
    /// The package's version.
    pub version: String,
    /// What the daemon is for.
    pub about: String,
    /// Zero: iterate at once.
    pub interval: Setting<Duration>,
    /// Who may run.
    pub lock: Setting<Lock>,
    /// Where the log goes besides standard output.
    pub log: Setting<LogTo>,
    /// What becomes of slots that passed.
    pub missed: Setting<Missed>,
    /// How often an idle event follows an iteration when there is no interval, from 0 to 1.
    pub idle: Setting<f64>,
    /// The author's lines for `-i`.
    pub instructions: Vec<String>,
    /// The whole text of `--help`, when the author wrote one.
    pub help: Option<String>,
    /// In declared order.
    pub hooks: Vec<Hook>,
    /// In declared order.
    pub options: Vec<Opt>,
    /// How many plugins were declared.
    pub plugins: usize,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            name: String::new(),
            version: String::new(),
            about: String::new(),
            interval: Setting::default(Duration::ZERO),
            lock: Setting::default(Lock::none()),
            log: Setting::default(LogTo::nowhere()),
            missed: Setting::default(Missed::skip()),
            idle: Setting::default(0.5),
            instructions: Vec::new(),
            help: None,
            hooks: Vec::new(),
            options: Vec::new(),
            plugins: 0,
        }
    }
}

impl Plan {
    /// The name, checked.
    ///
    /// # Errors
    /// [`Exit::Usage`] when it can not be used as a name.
    pub fn checked_name(&self) -> Result<Name, Error> {
        Name::new(&self.name)
    }

    /// The place of the lock file, for those who print it.
    ///
    /// # Errors
    /// When the name or the state directory is unusable.
    pub fn lock_file(&self) -> Result<Option<PathBuf>, Error> {
        self.lock.value.file_path(&self.checked_name()?)
    }

    pub(crate) fn executes(&self) -> bool {
        self.hooks.iter().any(|hook| hook.trigger == Trigger::Tick)
    }

    /// Looks for settings that can not work, alone or together. One function decides, whoever asks.
    ///
    /// # Errors
    /// The first contradiction, naming the setting, its value and its origin, with what to write instead.
    pub fn check(&self) -> Result<(), Error> {
        self.checked_name()?;
        self.check_interval()?;
        self.check_idle()?;
        self.hooks.iter().try_for_each(check_hook)?;
        self.check_options()
    }

    fn check_interval(&self) -> Result<(), Error> {
        let Setting { value, origin } = self.interval;
        let bad = |what: &str| config(format!("interval = {} ({origin}): {what}", Pretty(value)));
        if value > LONGEST_INTERVAL {
            return Err(bad("longer than 100 years: write a shorter one"));
        }
        if !value.is_zero() && value < SHORTEST_INTERVAL {
            return Err(bad("write 100us or more, or 0 to iterate at once"));
        }
        if origin != Origin::Default && !self.executes() {
            return Err(bad(
                "nothing runs at it: give a method #[execute], or use #[every(…)]",
            ));
        }
        Ok(())
    }

    fn check_idle(&self) -> Result<(), Error> {
        let Setting { value, origin } = self.idle;
        // Also refuses what is not a number.
        if (0.0..=1.0).contains(&value) {
            return Ok(());
        }
        Err(config(format!(
            "idle = {value} ({origin}): write a probability from 0 to 1, as in 0.5"
        )))
    }

    /// Names of our own flags are refused for the author's, since one of the two would never be read.
    fn check_options(&self) -> Result<(), Error> {
        for (index, option) in self.options.iter().enumerate() {
            let name = &option.name;
            if crate::cli::is_reserved(name) {
                return Err(config(format!(
                    "option --{name}: the framework has a flag of that name: rename the method"
                )));
            }
            if self.options[..index]
                .iter()
                .any(|other| other.name == *name)
            {
                return Err(config(format!(
                    "option --{name} is declared twice: rename one"
                )));
            }
        }
        Ok(())
    }
}

fn check_hook(hook: &Hook) -> Result<(), Error> {
    match hook.trigger {
        Trigger::Every(period) if !(SHORTEST_INTERVAL..=LONGEST_INTERVAL).contains(&period) => Err(
            config(format!("{hook}: write a period from 100us to 100 years")),
        ),
        _ => Ok(()),
    }
}

fn config(text: String) -> Error {
    Error::new(Exit::Config, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(change: impl FnOnce(&mut Plan)) -> Result<(), Error> {
        let mut plan = Plan {
            name: "x".into(),
            ..Plan::default()
        };
        plan.hooks.push(Hook::new(Trigger::Tick, Place::here()));
        change(&mut plan);
        plan.check()
    }

    fn refused(change: impl FnOnce(&mut Plan)) -> String {
        let error = plan(change).expect_err("must be refused");
        assert_eq!(error.exit(), Exit::Config);
        error.to_string()
    }

    #[test]
    fn a_plain_plan_is_good() {
        assert_eq!(plan(|_| {}), Ok(()));
        assert_eq!(
            plan(|plan| plan.interval.declare(SHORTEST_INTERVAL)),
            Ok(())
        );
    }

    #[test]
    fn fault_071_intervals_and_probabilities_out_of_range_are_refused() {
        assert!(
            refused(|plan| plan.interval.declare(Duration::from_nanos(99_999))).contains("100us")
        );
        assert!(refused(|plan| plan.interval.declare(Duration::MAX)).contains("100 years"));
        for idle in [-0.1, 1.1, f64::NAN, f64::INFINITY, 1e308] {
            assert!(
                refused(|plan| plan.idle.declare(idle)).contains("from 0 to 1"),
                "{idle}"
            );
        }
        let every = Trigger::Every(Duration::ZERO);
        assert!(
            refused(|plan| plan.hooks.push(Hook::new(every, Place::here()))).contains("period")
        );
    }

    #[test]
    fn an_interval_needs_something_to_run() {
        let text = refused(|plan| {
            plan.hooks.clear();
            plan.interval.declare(Duration::from_secs(1));
        });
        assert!(text.contains("#[execute]"), "{text}");
    }
}
