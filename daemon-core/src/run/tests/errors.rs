//! Failing hooks, failing starts, and how a run ends.

use super::*;

#[test]
fn a_failing_hook_stops_the_daemon_with_its_own_code_after_all_are_told() {
    let run = Sim::new()
        .every(Duration::from_secs(1))
        .declare(|spec| {
            spec.execute(|probe, _| {
                probe.note("tick");
                Err(Error::new(Exit::NoInput, "gone"))
            });
            spec.on(Event::post_execute(), note("post"));
            spec.on(Event::error(), note("error"));
            spec.on(Event::shutdown(), note("shutdown"));
        })
        .run();
    assert_eq!(run.order(), ["tick", "error", "shutdown", "drop"]);
    assert_eq!(run.ended.exit, Exit::NoInput);
    assert!(run.ended.reason.is_some_and(|reason| reason.starts_with("execute (") && reason.ends_with("failed: gone")));
    assert_eq!(run.stats.iterations, 1);
}

fn boom(_: &mut Probe, _: &Context) {
    panic!("boom");
}

#[test]
fn fault_101_a_panic_is_a_failure_and_a_failing_error_hook_does_not_call_itself() {
    let run = Sim::new()
        .every(Duration::from_secs(1))
        .declare(|spec| {
            spec.execute(boom);
            spec.on(Event::error(), |probe, cx| {
                probe.note("error");
                boom(probe, cx);
            });
        })
        .run();
    assert_eq!(run.order(), ["error", "drop"]);
    assert_eq!(run.ended.exit, Exit::Software);
    assert!(run.ended.reason.is_some_and(|reason| reason.ends_with("failed: panicked: boom")));
}

#[test]
fn a_hook_may_go_on_after_an_error() {
    let run = Sim::new()
        .every(Duration::from_secs(1))
        .declare(|spec| {
            spec.execute(|probe, _| {
                probe.note("tick");
                Err::<(), _>("not yet")
            })
            .on_error(OnError::log());
            spec.on(Event::error(), note("error"));
        })
        .signal(2.5, Signal::TERM)
        .run();
    assert_eq!(run.order(), ["tick", "error", "tick", "error", "tick", "error", "drop"]);
    assert_eq!(run.ended.exit, Exit::Clean);
}

#[test]
fn a_failed_setup_undoes_what_was_done_and_nothing_else() {
    let mut sim = Sim::new().executing(Duration::ZERO);
    sim.spec.setup(|_| Err::<Probe, _>(Error::new(Exit::Config, "no")));
    sim.spec.on(Event::shutdown(), note("shutdown"));
    let run = sim.run();
    assert_eq!(run.order(), Vec::<&str>::new());
    assert_eq!(run.ended, Ended { exit: Exit::Config, reason: Some("setup failed: no".into()) });
}

#[test]
fn once_is_one_iteration_and_its_exit_code() {
    let mut sim = Sim::new().executing(Duration::from_secs(3)).every(Duration::from_secs(1));
    sim.mode.once = true;
    let run = sim.run();
    assert_eq!(run.times("tick"), [0.0]);
    assert_eq!(run.ended.exit, Exit::Clean);
    let mut sim = Sim::new();
    sim.mode.once = true;
    sim.spec.execute(|_, _| Err::<(), _>("no"));
    assert_eq!(sim.run().ended.exit, Exit::Software);
}

/// A hook that ends after its deadline was not cut: the kernel had no timer for it. Then it is told, at least; also of an
/// error hook, which does not call itself for that.
#[test]
fn a_hook_that_ends_too_late_is_an_error_and_no_end() {
    let run = Sim::new()
        .every(Duration::from_secs(10))
        .declare(|spec| {
            spec.execute(|probe, _| probe.clock.pass(2 * SECOND)).deadline(Duration::from_secs(1));
            spec.on(Event::error(), |probe, _| {
                probe.note("error");
                probe.clock.pass(2 * SECOND);
            })
            .deadline(Duration::from_secs(1));
        })
        .signal(15.0, Signal::TERM)
        .run();
    assert_eq!(run.times("error"), [2.0, 12.0]);
    assert_eq!(run.ended.exit, Exit::Clean);
}

/// The declaration is plain data that can be compared and read.
#[test]
fn a_plan_says_what_was_declared() {
    let sim = Sim::new().executing(Duration::ZERO).every(Duration::from_secs(1));
    let plan: &Plan = sim.spec.plan();
    assert_eq!(plan.interval.value, Duration::from_secs(1));
    assert_eq!(plan.hooks.len(), 1);
}

#[test]
fn a_failing_shutdown_hook_is_told_to_the_error_hooks_and_turns_the_end_into_70() {
    let run = Sim::new()
        .executing(Duration::ZERO)
        .every(Duration::from_secs(1))
        .declare(|spec| {
            spec.on(Event::shutdown(), |_, _| Err::<(), _>("no"));
            spec.on(Event::shutdown(), note("second"));
            spec.on(Event::error(), note("error"));
        })
        .signal(0.5, Signal::TERM)
        .run();
    assert_eq!(run.order(), ["tick", "error", "second", "drop"]);
    assert_eq!(run.ended.exit, Exit::Software);
}
