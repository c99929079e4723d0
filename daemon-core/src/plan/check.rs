//! Settings that can not work, alone or together. One function decides, whoever asks.

use std::time::Duration;

use super::{Hook, Origin, Plan, Setting, Trigger};
use crate::duration::Pretty;
use crate::error::{Error, Exit};
use crate::nice::Kind;
use crate::schedule::{LONGEST_INTERVAL, SHORTEST_INTERVAL};

/// A restart more often than this would be a storm of its own.
const SHORTEST_RESTART: Duration = Duration::from_secs(10);
/// No start and no stop can be expected to take less.
const SHORTEST_TIMEOUT: Duration = Duration::from_millis(10);

impl Plan {
    /// Looks for settings that can not work, alone or together. One function decides, whoever asks.
    ///
    /// # Errors
    /// The first contradiction, naming the setting, its value and its origin, with what to write instead:
    /// [`Exit::Usage`] when a flag asks for it, else [`Exit::Config`].
    pub fn check(&self) -> Result<(), Error> {
        self.checked_name()?;
        self.check_interval()?;
        self.check_idle()?;
        self.check_restart()?;
        self.check_nice()?;
        self.check_limits()?;
        self.check_privileges()?;
        self.hooks.iter().try_for_each(check_hook)?;
        self.check_options()
    }

    fn check_interval(&self) -> Result<(), Error> {
        let Setting { value, origin } = self.interval;
        let bad = |what: &str| refuse(origin, format!("interval = {} ({origin}): {what}", Pretty(value)));
        if value > LONGEST_INTERVAL {
            return Err(bad("longer than 100 years: write a shorter one"));
        }
        if !value.is_zero() && value < SHORTEST_INTERVAL {
            return Err(bad("write 100us or more, or 0 to iterate at once"));
        }
        if origin != Origin::Default && !self.executes() {
            return Err(bad("nothing runs at it: give a method #[execute], or use #[every(…)]"));
        }
        Ok(())
    }

    fn check_idle(&self) -> Result<(), Error> {
        let Setting { value, origin } = self.idle;
        // Also refuses what is not a number.
        if (0.0..=1.0).contains(&value) {
            return Ok(());
        }
        Err(refuse(origin, format!("idle = {value} ({origin}): write a probability from 0 to 1, as in 0.5")))
    }

    fn check_nice(&self) -> Result<(), Error> {
        match (self.nice.value.0, self.nice.origin) {
            (Kind::Fixed(niceness), origin) if !(-20..=19).contains(&niceness) => {
                Err(refuse(origin, format!("nice = {niceness} ({origin}): write auto or a number from -20 to 19")))
            }
            _ => Ok(()),
        }
    }

    fn check_restart(&self) -> Result<(), Error> {
        let Setting { value, origin } = self.restart;
        let shown = Pretty(value);
        if !value.is_zero() && !(SHORTEST_RESTART..=LONGEST_INTERVAL).contains(&value) {
            return Err(refuse(
                origin,
                format!("restart = {shown} ({origin}): write 10s or more, up to 100 years, or 0 for never"),
            ));
        }
        let Setting { value: jitter, origin } = self.restart_jitter;
        if !jitter.is_zero() && jitter >= value {
            let jitter = Pretty(jitter);
            if value.is_zero() {
                return Err(refuse(
                    origin,
                    format!("restart_jitter = {jitter} ({origin}): there is no restart: give one too"),
                ));
            }
            return Err(refuse(
                origin,
                format!("restart_jitter = {jitter} ({origin}): write less than restart = {shown}"),
            ));
        }
        Ok(())
    }

    fn check_limits(&self) -> Result<(), Error> {
        let Setting { value, origin } = self.deadline;
        if let Some(value) = value.filter(|value| !is_deadline(*value)) {
            let text = format!("deadline = {} ({origin}): write a duration from 100us to 100 years", Pretty(value));
            return Err(refuse(origin, text));
        }
        for (name, setting) in [("start_timeout", &self.start_timeout), ("stop_timeout", &self.stop_timeout)] {
            let Setting { value, origin } = *setting;
            if !value.is_zero() && !(SHORTEST_TIMEOUT..=LONGEST_INTERVAL).contains(&value) {
                let shown = Pretty(value);
                let text =
                    format!("{name} = {shown} ({origin}): write 10ms or more, up to 100 years, or 0 for no limit");
                return Err(refuse(origin, text));
            }
        }
        Ok(())
    }

    /// Whether such a user is there is looked up at start: here is only what no machine could know.
    fn check_privileges(&self) -> Result<(), Error> {
        for (key, setting) in [("user", &self.user), ("group", &self.group)] {
            let Some(account) = &setting.value else { continue };
            // For the kernel this number means "leave it as it is".
            if account.number() == Some(u32::MAX) || account.name() == Some("") {
                let text =
                    format!("{key} = \"{account}\" ({}): write the name or the number of a {key}", setting.origin);
                return Err(refuse(setting.origin, text));
            }
        }
        match self.umask {
            Setting { value: Some(mask), origin } if mask > 0o777 => {
                Err(refuse(origin, format!("umask = 0o{mask:o} ({origin}): write 0 to 0o777, as in 0o027")))
            }
            _ => Ok(()),
        }
    }

    /// Names of our own flags are refused for the author's, since one of the two would never be read.
    ///
    /// # Errors
    /// [`Exit::Config`] with the option's name.
    pub(crate) fn check_options(&self) -> Result<(), Error> {
        for (index, option) in self.options.iter().enumerate() {
            let name = &option.name;
            if crate::cli::is_reserved(name) {
                return Err(config(format!(
                    "option --{name}: the framework has a flag of that name: rename the method"
                )));
            }
            if self.options[..index].iter().any(|other| other.name == *name) {
                return Err(config(format!("option --{name} is declared twice: rename one")));
            }
        }
        Ok(())
    }
}

fn is_deadline(value: Duration) -> bool {
    (SHORTEST_INTERVAL..=LONGEST_INTERVAL).contains(&value)
}

fn check_hook(hook: &Hook) -> Result<(), Error> {
    if hook.deadline.is_some_and(|deadline| !is_deadline(deadline)) {
        return Err(config(format!("{hook}: write a deadline from 100us to 100 years")));
    }
    match hook.trigger {
        Trigger::Every(period) if !(SHORTEST_INTERVAL..=LONGEST_INTERVAL).contains(&period) => {
            Err(config(format!("{hook}: write a period from 100us to 100 years")))
        }
        #[cfg(feature = "cron")]
        Trigger::Cron(cron) => {
            crate::cron::calendar::check(cron, hook.zone).map_err(|error| config(format!("{hook}: {error}")))
        }
        _ if hook.zone.is_some() => Err(config(format!("{hook}: only a hook of cron has a zone: leave it out"))),
        _ => Ok(()),
    }
}

/// What a flag asks for is a mistake of whoever started the daemon; all else one of its author.
fn refuse(origin: Origin, text: String) -> Error {
    Error::new(if origin == Origin::Flag { Exit::Usage } else { Exit::Config }, text)
}

fn config(text: String) -> Error {
    Error::new(Exit::Config, text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Place;

    fn plan(change: impl FnOnce(&mut Plan)) -> Result<(), Error> {
        let mut plan = Plan { name: "x".into(), ..Plan::default() };
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
        assert_eq!(plan(|plan| plan.interval.declare(SHORTEST_INTERVAL)), Ok(()));
    }

    #[test]
    fn fault_071_intervals_and_probabilities_out_of_range_are_refused() {
        assert!(refused(|plan| plan.interval.declare(Duration::from_nanos(99_999))).contains("100us"));
        assert!(refused(|plan| plan.interval.declare(Duration::MAX)).contains("100 years"));
        for idle in [-0.1, 1.1, f64::NAN, f64::INFINITY, 1e308] {
            assert!(refused(|plan| plan.idle.declare(idle)).contains("from 0 to 1"), "{idle}");
        }
        let every = Trigger::Every(Duration::ZERO);
        assert!(refused(|plan| plan.hooks.push(Hook::new(every, Place::here()))).contains("period"));
    }

    #[test]
    fn a_niceness_is_in_the_range_of_the_system() {
        for nice in [-21, 20, i32::MIN, i32::MAX] {
            assert!(refused(|plan| plan.nice.declare(nice.into())).contains("from -20 to 19"), "{nice}");
        }
        assert_eq!(plan(|plan| plan.nice.declare((-20).into())), Ok(()));
    }

    #[test]
    fn a_restart_is_not_too_often_and_its_jitter_smaller() {
        assert!(refused(|plan| plan.restart.declare(Duration::from_secs(9))).contains("10s"));
        let text = refused(|plan| {
            plan.restart.declare(Duration::from_secs(60));
            plan.restart_jitter.declare(Duration::from_secs(60));
        });
        assert!(text.contains("less than restart = 1m"), "{text}");
    }

    #[test]
    fn fault_071_limits_out_of_range_are_refused() {
        for value in [Duration::ZERO, Duration::from_nanos(99_999), Duration::MAX] {
            assert!(refused(|plan| plan.deadline.declare(Some(value))).contains("deadline = "), "{value:?}");
            let own = |plan: &mut Plan| plan.hooks[0].deadline = Some(value);
            assert!(refused(own).contains("write a deadline"), "{value:?}");
        }
        for value in [Duration::from_millis(9), Duration::MAX] {
            assert!(refused(|plan| plan.start_timeout.declare(value)).contains("start_timeout = "), "{value:?}");
            assert!(refused(|plan| plan.stop_timeout.declare(value)).contains("or 0 for no limit"), "{value:?}");
        }
        let zero = |plan: &mut Plan| {
            plan.start_timeout.declare(Duration::ZERO);
            plan.stop_timeout.declare(Duration::ZERO);
        };
        assert_eq!(plan(zero), Ok(()));
        let error = plan(|plan| plan.deadline.overridden(Some(Some(Duration::ZERO)))).expect_err("refused");
        assert_eq!(error.exit(), Exit::Usage);
    }

    #[test]
    fn what_can_be_no_user_and_no_umask_is_refused() {
        assert!(refused(|plan| plan.user.declare(Some(u32::MAX.into()))).contains("number of a user"));
        assert!(refused(|plan| plan.user.declare(Some("4294967295".into()))).contains("number of a user"));
        assert!(refused(|plan| plan.group.declare(Some("".into()))).contains("name or the number of a group"));
        assert!(refused(|plan| plan.umask.declare(Some(0o1000))).contains("0o777"));
        assert_eq!(plan(|plan| plan.umask.declare(Some(0o777))), Ok(()));
    }

    #[test]
    fn what_a_flag_asks_for_is_a_usage_error() {
        let error = plan(|plan| plan.interval.overridden(Some(Duration::from_micros(10)))).expect_err("refused");
        assert_eq!(error.exit(), Exit::Usage);
        assert!(error.to_string().contains("interval = 10us (flag)"), "{error}");
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
