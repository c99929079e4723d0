//! When the hooks of `cron` are due: from expression, time zone and wall clock to an instant of the monotonic clock.
//!
//! Reads no clock: the moment comes in. Time zones, and the hours that a clock change leaves out or doubles, are croner's
//! affair. This file knows what a *set* clock means, by vixie cron's rule: when it was moved by up to three hours, nothing
//! runs twice and nothing is left out; when by more, the new time simply counts.

use std::time::Duration;

use croner::parser::{CronParser, Seconds, Year};
use jiff::{Timestamp, Zoned, tz::TimeZone};

use super::Cron;
use crate::clock::{Mono, Now, Wall};
use crate::error::{Error, Exit};
use crate::plan::{Plan, Trigger};

/// A clock that is moved further than this was wrong before.
const CORRECTION: Duration = Duration::from_secs(3 * 3_600);

/// All hooks of `cron`, and when each is due.
#[derive(Default)]
pub(crate) struct Calendar {
    pages: Vec<Page>,
    /// The clocks at one moment since they were last set.
    seen: Option<Now>,
}

struct Page {
    hook: usize,
    times: Times,
    /// When it runs next; `None` before it was asked for, or when it never comes again.
    next: Option<Wall>,
    /// That was found out by the image before: what came due between the two is not left out.
    inherited: bool,
}

impl Calendar {
    /// The hooks of `plan`, which has been checked.
    pub(crate) fn of(plan: &Plan) -> Result<Self, Error> {
        let mut pages = Vec::new();
        for (hook, row) in plan.hooks.iter().enumerate() {
            if let Trigger::Cron(cron) = row.trigger {
                pages.push(Page { hook, times: Times::new(cron, row.zone)?, next: None, inherited: false });
            }
        }
        Ok(Self { pages, seen: None })
    }

    /// Whether no hook follows the wall clock.
    pub(crate) fn is_empty(&self) -> bool {
        self.pages.is_empty()
    }

    /// When `hook` runs for the first time, or again after it was due.
    pub(crate) fn next(&mut self, hook: usize, now: Now) -> Option<Mono> {
        let page = self.pages.iter_mut().find(|page| page.hook == hook)?;
        if std::mem::take(&mut page.inherited) {
            return page.due(*self.seen.get_or_insert(now));
        }
        // What passed while something else ran is left out; what a clock set back would repeat, too.
        let after = match page.next {
            Some(last) if last > now.wall && last.since(now.wall) <= CORRECTION => last,
            _ => now.wall,
        };
        page.next = page.times.after(after);
        // All by one look at the clocks, which go alike until one is set: so what is due together comes out equal.
        page.due(*self.seen.get_or_insert(now))
    }

    /// What each hook waits for, for the next image.
    pub(crate) fn hand_over(&self) -> Vec<(String, Wall)> {
        self.pages.iter().filter_map(|page| Some((page.times.said.clone(), page.next?))).collect()
    }

    /// Goes on with what the image before has waited for, where the same expression is declared.
    pub(crate) fn take_over(&mut self, mut waited: Vec<(String, Wall)>) {
        for page in &mut self.pages {
            if let Some(at) = waited.iter().position(|(said, _)| *said == page.times.said) {
                page.next = Some(waited.remove(at).1);
                page.inherited = true;
            }
        }
    }

    /// The wall clock was set: each hook with its new instant.
    pub(crate) fn clock_set(&mut self, now: Now) -> Vec<(usize, Option<Mono>)> {
        let moved = self.seen.replace(now).map_or(Duration::ZERO, |seen| moved(seen, now));
        let review = |page: &mut Page| {
            if moved > CORRECTION {
                page.next = page.times.after(now.wall);
            }
            // Else: set back, it waits for the time it was waiting for; set forward beyond it, it is due now.
            (page.hook, page.due(now))
        };
        self.pages.iter_mut().map(review).collect()
    }
}

impl Page {
    /// The instant, by a look at both clocks; one that has passed is due now.
    fn due(&self, seen: Now) -> Option<Mono> {
        self.next.map(|next| seen.mono.plus(next.since(seen.wall)))
    }
}

/// By how much the wall clock was set, in either direction, beside the time that passed.
fn moved(seen: Now, now: Now) -> Duration {
    let expected = seen.wall.plus(now.mono.since(seen.mono));
    if now.wall > expected { now.wall.since(expected) } else { expected.since(now.wall) }
}

/// An expression in a time zone.
struct Times {
    /// As it was declared.
    said: String,
    cron: croner::Cron,
    zone: TimeZone,
}

impl Times {
    fn new(cron: Cron, zone: Option<&str>) -> Result<Self, Error> {
        let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
        let config = |text: String| Error::new(Exit::Config, text);
        let parsed = parser.parse(cron.as_str()).map_err(|error| config(format!("cron {cron:?}: {error}")))?;
        let said = format!("{cron} {}", zone.unwrap_or_default());
        Ok(Self { said, cron: parsed, zone: zone.map_or_else(|| Ok(TimeZone::system()), named)? })
    }

    /// The first time after `wall`; `None` when it never comes again.
    fn after(&self, wall: Wall) -> Option<Wall> {
        let second = i64::try_from(wall.seconds()).ok().and_then(|second| Timestamp::from_second(second).ok())?;
        let next = self.cron.find_next_occurrence(&Zoned::new(second, self.zone.clone()), false).ok()?;
        u64::try_from(next.timestamp().as_second()).ok().map(|second| Wall(second.saturating_mul(1_000_000_000)))
    }
}

/// A time zone of the machine's database.
fn named(zone: &str) -> Result<TimeZone, Error> {
    TimeZone::get(zone).map_err(|_| {
        let text = format!(
            "zone = {zone:?}: this machine knows no such time zone: write one as \"Europe/Berlin\" or \"UTC\" (the package tzdata \
             has them)"
        );
        Error::new(Exit::Config, text)
    })
}

/// Looks whether the machine knows the zone of a hook.
///
/// # Errors
/// [`Exit::Config`] with what to write instead.
pub(crate) fn check(cron: Cron, zone: Option<&str>) -> Result<(), Error> {
    Times::new(cron, zone).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3_600;

    fn wall(text: &str) -> Wall {
        let at: Timestamp = text.parse().expect("a moment");
        Wall(u64::try_from(at.as_second()).expect("after 1970") * 1_000_000_000)
    }

    fn times(cron: &'static str, zone: &str, from: &str, count: usize) -> Vec<String> {
        let times = Times::new(Cron::new(cron).expect("good"), Some(zone)).expect("good");
        let mut at = wall(from);
        let mut next = || {
            at = times.after(at).expect("it comes");
            Timestamp::from_second(i64::try_from(at.seconds()).expect("near")).expect("near").to_string()
        };
        (0..count).map(|_| next()).collect()
    }

    /// In Berlin 2026-03-29 02:00 becomes 03:00, and 2026-10-25 03:00 becomes 02:00.
    #[test]
    fn an_hour_that_is_left_out_or_doubled_runs_a_job_once() {
        assert_eq!(
            times("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", 2),
            ["2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"],
            "spring: at the end of the gap"
        );
        assert_eq!(
            times("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", 2),
            ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"],
            "autumn: once"
        );
        // A job of every hour runs in each hour that passes.
        assert_eq!(
            times("0 * * * *", "Europe/Berlin", "2026-10-24T23:30:00Z", 4),
            ["2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z", "2026-10-25T03:00:00Z"]
        );
    }

    #[test]
    fn the_day_of_the_month_or_that_of_the_week_is_enough() {
        assert_eq!(
            times("0 0 13 * FRI", "UTC", "2026-11-10T00:00:00Z", 3),
            ["2026-11-13T00:00:00Z", "2026-11-20T00:00:00Z", "2026-11-27T00:00:00Z"]
        );
        assert_eq!(times("0 0 29 2 *", "UTC", "2026-01-01T00:00:00Z", 1), ["2028-02-29T00:00:00Z"]);
    }

    /// Whatever our own check lets through, croner can work with.
    #[test]
    fn what_is_checked_while_compiling_works_at_run_time() {
        let parts = ["*", "0", "5", "1-5", "*/7", "1-6/2", "2,4", "1,3-5,7/1"];
        for (n, a) in parts.iter().enumerate() {
            for b in parts {
                let text = format!("{a} {b} {} {} {}", parts[(n + 1) % 8], parts[(n + 3) % 8], parts[(n + 5) % 8]);
                let text: &'static str = text.leak();
                if let Ok(cron) = Cron::new(text) {
                    let times = Times::new(cron, Some("UTC")).unwrap_or_else(|error| panic!("{text}: {error}"));
                    assert!(times.after(wall("2026-01-01T00:00:00Z")).is_some(), "{text}");
                }
            }
        }
        for text in ["@hourly", "@daily", "@weekly", "@monthly", "@yearly", "@annually", "0 0 * JAN MON-FRI"] {
            assert!(Times::new(Cron::new(text).expect(text), None).is_ok(), "{text}");
        }
    }

    #[test]
    fn a_zone_that_is_unknown_is_named() {
        let error = check(Cron::new("@daily").expect("good"), Some("Europe/Berln")).expect_err("unknown");
        assert_eq!(error.exit(), Exit::Config);
        assert!(error.to_string().contains("Europe/Berln"), "{error}");
    }

    fn calendar(cron: &'static str) -> Calendar {
        let times = Times::new(Cron::new(cron).expect("good"), Some("UTC")).expect("good");
        Calendar { pages: vec![Page { hook: 0, times, next: None, inherited: false }], seen: None }
    }

    fn now(mono: u64, wall_at: &str, more: i64) -> Now {
        let wall = Wall(wall(wall_at).0.saturating_add_signed(more * 1_000_000_000));
        Now { mono: Mono(mono * 1_000_000_000), wall, ..Now::default() }
    }

    const NOON: &str = "2026-11-20T12:00:00Z";

    /// Vixie's rule: fault 67 for hooks that follow the wall clock.
    #[test]
    fn fault_067_a_clock_that_is_set_repeats_nothing_and_leaves_nothing_out() {
        let at = |seconds: u64| Some(Mono(seconds * 1_000_000_000));
        // At noon, for one o'clock.
        let mut one = calendar("0 13 * * *");
        assert_eq!(one.next(0, now(0, NOON, 0)), at(HOUR));
        // An hour and a half forward: it is due at once.
        assert_eq!(one.clock_set(now(10, NOON, 90 * 60)), [(0, at(10))]);
        // It has run; back to noon: not again today.
        assert_eq!(one.next(0, now(10, NOON, 90 * 60)), at(10 + 24 * HOUR - 30 * 60));
        assert_eq!(one.clock_set(now(20, NOON, 0)), [(0, at(20 + 25 * HOUR))]);
        // Ten hours forward: what lies between is left out.
        let mut one = calendar("0 13 * * *");
        one.next(0, now(0, NOON, 0));
        assert_eq!(one.clock_set(now(0, NOON, 10 * 3_600)), [(0, at(15 * HOUR))]);
        // Four days back: the new time counts.
        assert_eq!(one.clock_set(now(0, NOON, -4 * 86_400)), [(0, at(HOUR))]);
    }

    /// What comes due between two images runs in the second, once; another expression begins anew.
    #[test]
    fn a_restart_leaves_nothing_out() {
        let mut old = calendar("0 13 * * *");
        old.next(0, now(0, NOON, 0));
        let waited = old.hand_over();
        let mut new = calendar("0 13 * * *");
        new.take_over(waited.clone());
        assert_eq!(new.next(0, now(3_601, NOON, 3_601)), Some(Mono(3_601 * 1_000_000_000)), "due at once");
        assert_eq!(new.next(0, now(3_602, NOON, 3_602)), Some(Mono(25 * HOUR * 1_000_000_000)));
        let mut other = calendar("0 14 * * *");
        other.take_over(waited);
        assert_eq!(other.next(0, now(3_601, NOON, 3_601)), Some(Mono(2 * HOUR * 1_000_000_000)));
    }

    #[test]
    fn a_job_that_was_late_is_not_caught_up_twice() {
        let mut each = calendar("*/5 * * * *");
        assert_eq!(each.next(0, now(0, NOON, 60)), Some(Mono(240 * 1_000_000_000)));
        // Something ran for an hour: once, then the next full five minutes.
        assert_eq!(each.next(0, now(3_541, NOON, 3_601)), Some(Mono((3_541 + 299) * 1_000_000_000)));
    }
}
