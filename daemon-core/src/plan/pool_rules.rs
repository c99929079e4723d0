//! Settings of pools that can not work: one function for each rule. The rows are in `rules`.
//!
//! May not look at anything but the facts of the pool at hand. What is not known is not judged.

use std::time::Duration;

use super::facts::Facts;
use super::rules::{at_most, length, said};
use crate::caret::Text;

/// More than this is meant as never.
const LONGEST: Duration = Duration::from_secs(10 * 365 * 86_400);

pub(super) const fn pool_has_processes(facts: &Facts<'_>) -> Option<Text> {
    of_count(facts, "pool", 1.0, 1000.0, "write a number from 1 to 1000")
}

pub(super) const fn limit_lets_some_run(facts: &Facts<'_>) -> Option<Text> {
    of_count(facts, "limit", 1.0, 1000.0, "write a number from 1 to 1000")
}

/// More waiting calls than this are no queue, but a leak.
pub(super) const fn queue_has_an_end(facts: &Facts<'_>) -> Option<Text> {
    of_count(facts, "queue", 0.0, 10_000_000.0, "write 10000000 or less")
}

pub(super) const fn timeout_is_below_years(facts: &Facts<'_>) -> Option<Text> {
    below_years(facts, "timeout", "write 10 years or less, or 0 for no limit")
}

pub(super) const fn backoff_is_below_years(facts: &Facts<'_>) -> Option<Text> {
    below_years(facts, "backoff", "write 10 years or less")
}

pub(super) const fn max_age_is_below_years(facts: &Facts<'_>) -> Option<Text> {
    below_years(facts, "max_age", "write 10 years or less, or 0 for never")
}

pub(super) const fn grace_is_below_years(facts: &Facts<'_>) -> Option<Text> {
    below_years(facts, "grace", "write 10 years or less")
}

/// A whole number of a pool.
const fn of_count(facts: &Facts<'_>, setting: &str, least: f64, most: f64, write: &str) -> Option<Text> {
    let Some(fact) = facts.of_hook(setting) else { return None };
    let Some(count) = fact.number() else { return None };
    if count >= least && count <= most {
        return None;
    }
    Some(said(setting, fact).push(write))
}

/// A length of a pool: more is meant as never.
const fn below_years(facts: &Facts<'_>, setting: &str, write: &str) -> Option<Text> {
    let Some((length, fact)) = length(facts.of_hook(setting)) else { return None };
    if at_most(length, LONGEST) { None } else { Some(said(setting, fact).push(write)) }
}
