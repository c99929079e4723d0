//! Plans that can not work are refused, with the setting and what to write. May not look into a rule.

use super::*;
use crate::plan::Place;
use crate::schedule::SHORTEST_INTERVAL;

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
    assert!(refused(|plan| plan.hooks.push(Hook::new(every, Place::here()))).contains("every = 0s: write from 100us"));
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
        assert!(refused(own).contains("write from 100us"), "{value:?}");
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

/// Whoever started the daemon can take the flag away: also where it meets a declared setting.
#[test]
fn a_flag_against_a_declared_setting_is_a_usage_error() {
    let error = plan(|plan| {
        plan.restart_jitter.declare(Duration::from_secs(1800));
        plan.restart.overridden(Some(Duration::from_secs(600)));
    });
    let error = error.expect_err("refused");
    assert_eq!(error.exit(), Exit::Usage);
    let text = error.to_string();
    assert_eq!(text, "restart_jitter = 30m (declared): write less than restart = 10m (flag)");
}

#[test]
fn a_hook_is_refused_with_its_place() {
    let text = refused(|plan| {
        plan.hooks[0].deadline(Duration::ZERO);
    });
    assert!(text.contains("execute (") && text.contains("check_tests.rs:"), "{text}");
    assert!(text.ends_with("deadline = 0s: write from 100us to 100 years"), "{text}");
}

#[test]
fn a_burst_makes_up_for_what_the_deadline_allows() {
    let burst = |deadline: u64, most: u32| {
        plan(|plan| {
            plan.interval.declare(Duration::from_secs(5));
            plan.missed.declare(crate::Missed::burst(most));
            plan.hooks[0].deadline(Duration::from_secs(deadline));
        })
    };
    assert_eq!(burst(20, 3), Ok(()));
    let text = burst(21, 3).expect_err("refused").to_string();
    assert!(text.contains("deadline = 21s: longer than missed = burst(3) (declared) makes up for"), "{text}");
    assert_eq!(burst(21, 4), Ok(()));
    assert_eq!(burst(1_000_000, u32::MAX), Ok(()));
}

#[test]
fn a_jitter_is_below_what_it_is_for() {
    let seconds = Duration::from_secs;
    assert!(refused(|plan| plan.jitter.declare(seconds(1))).ends_with("there is no interval: give one too"));
    let text = refused(|plan| {
        plan.interval.declare(seconds(10));
        plan.jitter.declare(seconds(10));
    });
    assert_eq!(text, "jitter = 10s (declared): write less than interval = 10s (declared)");
    let every = |jitter: u64| {
        plan(|plan| {
            plan.hooks.push(Hook::new(Trigger::Every(seconds(60)), Place::here()));
            plan.hooks[1].jitter(seconds(jitter));
        })
    };
    assert_eq!(every(59), Ok(()));
    assert!(every(60).expect_err("refused").to_string().ends_with("jitter = 1m: write less than every = 1m"));
    let tick = plan(|plan| {
        plan.hooks[0].jitter(seconds(1));
    });
    assert!(tick.expect_err("refused").to_string().contains("only a hook of every"));
}

#[test]
fn a_hook_ends_before_the_stop_does() {
    let stop = |deadline: u64| {
        plan(|plan| {
            plan.stop_timeout.declare(Duration::from_secs(20));
            plan.hooks[0].deadline(Duration::from_secs(deadline));
        })
    };
    assert_eq!(stop(20), Ok(()));
    let text = stop(21).expect_err("refused").to_string();
    assert!(text.ends_with("deadline = 21s: write at most stop_timeout = 20s (declared)"), "{text}");
    let text = refused(|plan| {
        plan.stop_timeout.declare(Duration::from_secs(20));
        plan.deadline.declare(Some(Duration::from_secs(21)));
    });
    assert_eq!(text, "deadline = 21s (declared): write at most stop_timeout = 20s (declared)");
}

#[test]
fn an_interval_needs_something_to_run() {
    let text = refused(|plan| {
        plan.hooks.clear();
        plan.interval.declare(Duration::from_secs(1));
    });
    assert!(text.contains("#[execute]"), "{text}");
}
