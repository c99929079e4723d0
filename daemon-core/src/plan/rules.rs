//! Settings that can not work, alone or together: one function and one row for each rule.
//!
//! The rules judge while compiling what is literal, and at start the whole plan. May not allocate or read anything but
//! the facts. What is not known is not judged.

use std::time::Duration;

use super::facts::{Fact, Facts};
use super::pool_rules::{
    backoff_is_below_years, grace_is_below_years, limit_lets_some_run, max_age_is_below_years, pool_has_processes,
    queue_has_an_end, timeout_is_below_years,
};
use crate::caret::Text;
use crate::schedule::{LONGEST_INTERVAL, SHORTEST_INTERVAL};

/// A restart more often than this would be a storm of its own.
const SHORTEST_RESTART: Duration = Duration::from_secs(10);
/// No start and no stop can be expected to take less.
const SHORTEST_TIMEOUT: Duration = Duration::from_millis(10);

/// Makes the function that asks each rule of a setting, and the list of settings that have rules.
macro_rules! rules {
    ($(#[$doc:meta])* $judge:ident, $settings:ident: $($setting:literal $(against $($other:literal),+)? => $($rule:ident),+;)*) => {
        $(#[$doc])*
        pub(super) const fn $judge(facts: &Facts<'_>, setting: &str) -> Option<Text> {
            $(if same(setting, $setting) {
                $(if let Some(fault) = $rule(facts) {
                    return Some(fault);
                })+
            })*
            None
        }

        /// The settings with rules, each with those that it is held against.
        pub(super) const $settings: &[&[&str]] = &[$(&[$setting $($(, $other)+)?]),*];
    };
}

rules! {
    /// The rules of a daemon's settings: why this one can not work.
    of_daemons, OF_DAEMONS:
    "name" => name_is_safe;
    "interval" => interval_is_possible, interval_runs_something;
    "jitter" against "interval" => jitter_is_below_the_interval;
    "idle" => idle_is_a_probability;
    "restart" => restart_is_no_storm;
    "restart_jitter" against "restart" => restart_jitter_is_below_restart;
    "deadline" against "stop_timeout" => deadline_of_all_is_possible, deadline_of_all_fits_the_stop;
    "start_timeout" => start_timeout_is_possible;
    "stop_timeout" => stop_timeout_is_possible;
    "nice" => nice_is_of_the_system;
    "user" => user_is_an_account;
    "group" => group_is_an_account;
    "umask" => umask_is_of_nine_bits;
}

rules! {
    /// The rules of a hook's settings: why this one can not work.
    of_hooks, OF_HOOKS:
    "every" => period_is_possible;
    "jitter" => jitter_is_below_the_period;
    "deadline" against "missed", "interval", "stop_timeout" =>
        deadline_is_possible, burst_makes_up_for_the_deadline, deadline_fits_the_stop;
    "pool" => pool_has_processes;
    "limit" => limit_lets_some_run;
    "queue" => queue_has_an_end;
    "timeout" => timeout_is_below_years;
    "backoff" => backoff_is_below_years;
    "max_age" => max_age_is_below_years;
    "grace" => grace_is_below_years;
}

const fn name_is_safe(facts: &Facts<'_>) -> Option<Text> {
    let Some(name) = facts.of_daemon("name") else { return None };
    match crate::name::why_not(name.text) {
        Some(why) => Some(said("name", name).push(why)),
        None => None,
    }
}

const fn interval_is_possible(facts: &Facts<'_>) -> Option<Text> {
    let Some((interval, fact)) = length(facts.of_daemon("interval")) else { return None };
    let text = said("interval", fact);
    if !at_most(interval, LONGEST_INTERVAL) {
        return Some(text.push("write at most 100 years, as in 36500d"));
    }
    if interval.is_zero() || at_most(SHORTEST_INTERVAL, interval) {
        return None;
    }
    Some(text.push("write 100us or more, or 0 to iterate at once"))
}

const fn interval_runs_something(facts: &Facts<'_>) -> Option<Text> {
    let Some((interval, fact)) = length(facts.of_daemon("interval")) else { return None };
    if facts.executes || interval.is_zero() {
        return None;
    }
    Some(said("interval", fact).push("nothing runs at it: give a method #[execute], or use #[every(…)]"))
}

const fn idle_is_a_probability(facts: &Facts<'_>) -> Option<Text> {
    let Some(fact) = facts.of_daemon("idle") else { return None };
    let Some(value) = fact.number() else { return None };
    // Also refuses what is not a number.
    if value >= 0.0 && value <= 1.0 {
        return None;
    }
    Some(said("idle", fact).push("write a probability from 0 to 1, as in 0.5"))
}

const fn jitter_is_below_the_interval(facts: &Facts<'_>) -> Option<Text> {
    let (jitter, interval) = (facts.of_daemon("jitter"), facts.of_daemon("interval"));
    below("jitter", jitter, "interval", interval, "there is no interval: give one too")
}

const fn jitter_is_below_the_period(facts: &Facts<'_>) -> Option<Text> {
    below("jitter", facts.of_hook("jitter"), "every", facts.of_hook("every"), "there is no period: give one too")
}

const fn restart_is_no_storm(facts: &Facts<'_>) -> Option<Text> {
    zero_or_from(facts, "restart", SHORTEST_RESTART, "write 10s or more, up to 100 years, or 0 for never")
}

const fn restart_jitter_is_below_restart(facts: &Facts<'_>) -> Option<Text> {
    let (jitter, restart) = (facts.of_daemon("restart_jitter"), facts.of_daemon("restart"));
    below("restart_jitter", jitter, "restart", restart, "there is no restart: give one too")
}

const fn start_timeout_is_possible(facts: &Facts<'_>) -> Option<Text> {
    zero_or_from(facts, "start_timeout", SHORTEST_TIMEOUT, "write 10ms or more, up to 100 years, or 0 for no limit")
}

const fn stop_timeout_is_possible(facts: &Facts<'_>) -> Option<Text> {
    zero_or_from(facts, "stop_timeout", SHORTEST_TIMEOUT, "write 10ms or more, up to 100 years, or 0 for no limit")
}

const fn nice_is_of_the_system(facts: &Facts<'_>) -> Option<Text> {
    let Some(fact) = facts.of_daemon("nice") else { return None };
    let Some(value) = fact.number() else { return None };
    if value >= -20.0 && value <= 19.0 {
        return None;
    }
    Some(said("nice", fact).push("write auto or a number from -20 to 19"))
}

const fn user_is_an_account(facts: &Facts<'_>) -> Option<Text> {
    account("user", facts, "write the name or the number of a user")
}

const fn group_is_an_account(facts: &Facts<'_>) -> Option<Text> {
    account("group", facts, "write the name or the number of a group")
}

/// For the kernel the highest number means "leave it as it is".
const fn account(setting: &str, facts: &Facts<'_>, write: &str) -> Option<Text> {
    let Some(fact) = facts.of_daemon(setting) else { return None };
    let possible = match fact.number() {
        Some(number) => number >= 0.0 && number < 4_294_967_295.0,
        None => !fact.text.is_empty() && !same(fact.text, "4294967295"),
    };
    if possible { None } else { Some(said(setting, fact).push(write)) }
}

const fn umask_is_of_nine_bits(facts: &Facts<'_>) -> Option<Text> {
    let Some(fact) = facts.of_daemon("umask") else { return None };
    let Some(mask) = fact.number() else { return None };
    if mask >= 0.0 && mask <= 511.0 {
        return None;
    }
    Some(said("umask", fact).push("write 0 to 0o777, as in 0o027"))
}

const fn period_is_possible(facts: &Facts<'_>) -> Option<Text> {
    possible("every", facts.of_hook("every"))
}

const fn deadline_of_all_is_possible(facts: &Facts<'_>) -> Option<Text> {
    possible("deadline", facts.of_daemon("deadline"))
}

const fn deadline_is_possible(facts: &Facts<'_>) -> Option<Text> {
    possible("deadline", facts.of_hook("deadline"))
}

const fn deadline_of_all_fits_the_stop(facts: &Facts<'_>) -> Option<Text> {
    fits_the_stop(facts.of_daemon("deadline"), facts)
}

const fn deadline_fits_the_stop(facts: &Facts<'_>) -> Option<Text> {
    fits_the_stop(facts.of_hook("deadline"), facts)
}

/// A hook that uses its time when the stop comes would be cut before it.
const fn fits_the_stop(deadline: Option<Fact<'_>>, facts: &Facts<'_>) -> Option<Text> {
    let Some((deadline, fact)) = length(deadline) else { return None };
    let Some((stop, other)) = length(facts.of_daemon("stop_timeout")) else { return None };
    if stop.is_zero() || at_most(deadline, stop) {
        return None;
    }
    Some(push(said("deadline", fact).push("write at most "), "stop_timeout", other))
}

/// An iteration that may run over more slots than a burst makes up for: the burst can not keep what it promises.
const fn burst_makes_up_for_the_deadline(facts: &Facts<'_>) -> Option<Text> {
    let Some((deadline, fact)) = length(facts.of_hook("deadline")) else { return None };
    let Some((interval, every)) = length(facts.of_daemon("interval")) else { return None };
    let Some(missed) = facts.of_daemon("missed") else { return None };
    let Some(most) = burst(missed.text) else { return None };
    let slots = interval.as_nanos() * (most as u128 + 1);
    if !same(facts.helper(), "execute") || slots == 0 || deadline.as_nanos() <= slots {
        return None;
    }
    let text = push(said("deadline", fact).push("longer than "), "missed", missed);
    let text = push(text.push(" makes up for at "), "interval", every);
    Some(text.push(": write a shorter deadline, or more slots"))
}

/// How many slots `burst(3)` makes up for.
const fn burst(missed: &str) -> Option<u32> {
    let bytes = missed.as_bytes();
    if bytes.len() < 8 || !same(missed.split_at(6).0, "burst(") {
        return None;
    }
    let (mut most, mut at) = (0u32, 6);
    while at < bytes.len() && bytes[at].is_ascii_digit() {
        most = most.saturating_mul(10).saturating_add((bytes[at] - b'0') as u32);
        at += 1;
    }
    if at > 6 && at < bytes.len() && bytes[at] == b')' { Some(most) } else { None }
}

/// Why an own option can not have this name: one of the two would never be read.
pub(super) const fn option(name: &str) -> Option<Text> {
    if !crate::cli::is_reserved(name) {
        return None;
    }
    let text = Text::new().push("option ").push(cut(name));
    Some(text.push(": the framework has a flag of that name: rename the method"))
}

/// A part by which something is moved, held against the whole; `none` is what to write where the whole is zero.
const fn below(name: &str, part: Option<Fact<'_>>, of: &str, whole: Option<Fact<'_>>, none: &str) -> Option<Text> {
    let (Some((part, fact)), Some((whole, other))) = (length(part), length(whole)) else { return None };
    if part.is_zero() || !at_most(whole, part) {
        return None;
    }
    let text = said(name, fact);
    Some(if whole.is_zero() { text.push(none) } else { push(text.push("write less than "), of, other) })
}

/// A length that may be zero, which means none, and else has a least value.
const fn zero_or_from(facts: &Facts<'_>, setting: &str, least: Duration, write: &str) -> Option<Text> {
    let Some((value, fact)) = length(facts.of_daemon(setting)) else { return None };
    if value.is_zero() || (at_most(least, value) && at_most(value, LONGEST_INTERVAL)) {
        return None;
    }
    Some(said(setting, fact).push(write))
}

/// A length that the clock can be set to.
const fn possible(setting: &str, fact: Option<Fact<'_>>) -> Option<Text> {
    let Some((value, fact)) = length(fact) else { return None };
    if at_most(SHORTEST_INTERVAL, value) && at_most(value, LONGEST_INTERVAL) {
        return None;
    }
    Some(said(setting, fact).push("write from 100us to 100 years"))
}

pub(super) const fn length<'a>(fact: Option<Fact<'a>>) -> Option<(Duration, Fact<'a>)> {
    let Some(fact) = fact else { return None };
    match fact.length() {
        Some(length) => Some((length, fact)),
        None => None,
    }
}

/// The beginning of each message: `setting = value: `.
pub(super) const fn said(setting: &str, fact: Fact<'_>) -> Text {
    push(Text::new(), setting, fact).push(": ")
}

/// `setting = value`, and who said so.
const fn push(text: Text, setting: &str, fact: Fact<'_>) -> Text {
    let value = if fact.text.is_empty() { "\"\"" } else { cut(fact.text) };
    let text = text.push(setting).push(" = ").push(value);
    if fact.origin.is_empty() { text } else { text.push(" (").push(fact.origin).push(")") }
}

/// The beginning of a page-long value, which helps nobody as a whole.
const fn cut(text: &str) -> &str {
    let mut end = 80;
    if text.len() <= end {
        return text;
    }
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.split_at(end).0
}

/// Whether two texts are the same, in a `const`.
pub(super) const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}

pub(super) const fn at_most(a: Duration, b: Duration) -> bool {
    a.as_nanos() <= b.as_nanos()
}
