//! What follows from a fatal error in daemon mode.

use super::*;

/// A daemon that fails at every tick from `after` seconds on, in an image that has failed `failures` times before.
fn failing(after: u64, failures: u32) -> Sim {
    let mut sim = Sim::new().every(Duration::from_secs(1));
    sim.mode.hang_up = HangUp::Restart;
    sim.mode.failures = failures;
    sim.spec.on(Event::error(), note("error"));
    sim.spec.execute(move |probe: &mut Probe, _| {
        probe.note("tick");
        if probe.clock.mono.get() >= after * SECOND { Err("broken") } else { Ok(()) }
    });
    sim.declare = |spec| {
        spec.setup(|_| Err::<Probe, _>("made anew"));
    };
    sim
}

/// Old enough: a pause, a trial, a restart; nothing of the author's runs meanwhile but the error event.
#[test]
fn fault_064_a_grown_daemon_begins_anew_after_a_pause() {
    let sim = failing(20, 0);
    sim.clock.trials.borrow_mut().push_back(Ok(()));
    let run = sim.run();
    assert_eq!(run.times("tick").last(), Some(&20.0));
    assert_eq!(run.times("error"), [20.0]);
    assert_eq!(run.times("drop"), [22.0], "two seconds later");
    assert_eq!((run.handed_over[0].cause.as_str(), run.handed_over[0].failures), ("fatal error", 1));
}

/// The pause doubles up to a minute, and a long healthy life makes it short again.
#[test]
fn fault_064_the_pause_grows_and_is_forgotten_by_the_healthy() {
    let pause = |after, failures| {
        let sim = failing(after, failures);
        sim.clock.trials.borrow_mut().push_back(Ok(()));
        let run = sim.run();
        run.times("drop")[0] - run.times("error")[0]
    };
    assert_eq!([0, 1, 2, 3, 4, 5, 40].map(|failures| pause(11, failures)), [2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]);
    assert_eq!(pause(600, 5), 2.0);
}

#[test]
fn fault_064_a_young_daemon_and_a_storm_are_left_to_the_supervisor() {
    let young = failing(9, 0).run();
    assert_eq!((young.ended.exit, young.times("drop")), (Exit::Software, vec![9.0]));
    let mut storm = failing(20, 0);
    storm.mode.recoveries = vec![Mono(0); 5];
    let storm = storm.run();
    assert_eq!((storm.ended.exit, storm.handed_over.len()), (Exit::Software, 0));
}

#[test]
fn a_failed_trial_ends_the_daemon_as_it_would_have_ended() {
    let sim = failing(20, 0);
    sim.clock.trials.borrow_mut().push_back(Err("truncated"));
    let run = sim.run();
    assert_eq!(run.ended.exit, Exit::Software);
    assert_eq!(run.times("drop"), [22.0]);
    assert!(run.ended.reason.is_some_and(|reason| reason.ends_with("failed: broken")));
}

#[test]
fn a_stop_during_the_pause_is_not_kept_waiting() {
    let run = failing(20, 5).signal(21.0, Signal::TERM).run();
    assert_eq!(run.times("drop"), [21.0]);
    assert_eq!(run.ended, Ended { exit: Exit::Clean, reason: None });
}

#[test]
fn in_the_foreground_and_with_another_policy_there_is_no_restart() {
    let mut foreground = failing(20, 0);
    foreground.mode.hang_up = HangUp::Stop;
    assert_eq!(foreground.run().times("drop"), [20.0]);
    let mut declared = failing(20, 0);
    declared.spec.on_error(OnError::stop());
    assert_eq!(declared.run().times("drop"), [20.0]);
}

#[test]
fn the_declared_interval_of_restarts_is_kept_with_its_jitter() {
    let restarts_at = |jitter| {
        let mut sim = Sim::new().executing(Duration::ZERO).every(Duration::from_secs(7));
        sim.mode.hang_up = HangUp::Restart;
        sim.spec.restart(Duration::from_secs(60)).restart_jitter(Duration::from_secs(jitter));
        sim.declare = |spec| {
            spec.setup(|_| Err::<Probe, _>("made anew"));
        };
        sim.clock.trials.borrow_mut().push_back(Ok(()));
        let run = sim.run();
        assert_eq!(run.handed_over[0].cause, "restart interval");
        run.times("drop")[0]
    };
    assert_eq!(restarts_at(0), 60.0, "not only at the next tick");
    let late = restarts_at(30);
    assert!(late > 60.0 && late < 90.0, "{late}");
}

/// Between the fatal error and the restart nothing of the author's runs but the error event.
#[test]
fn no_hook_runs_during_the_pause() {
    let mut sim = failing(20, 0);
    sim.clock.trials.borrow_mut().push_back(Ok(()));
    sim.spec.on(Signal::USR2, note("usr2"));
    let run = sim.signal(21.0, Signal::USR2).run();
    assert!(run.times("usr2").iter().all(|at| *at >= 22.0), "{:?}", run.times("usr2"));
}

/// A daemon that fails as soon as it is old enough, image after image: what one learns, the next one knows. Older daemons
/// had no such limit.
#[test]
fn b31_a_daemon_that_always_fails_starts_at_most_twelve_times_in_ten_minutes() {
    let (mut at, mut recoveries, mut failures, mut starts) = (0, Vec::new(), 0, 0);
    while at < 600 * SECOND {
        starts += 1;
        let mut sim = failing(at / SECOND + 10, failures);
        sim.clock.mono.set(at);
        sim.mode.recoveries.clone_from(&recoveries);
        sim.inherited = Some(Inherited { recoveries, believed: true, ..Inherited::default() });
        sim.clock.trials.borrow_mut().push_back(Ok(()));
        let run = sim.run();
        let handover = run.handed_over.first().expect("a restart");
        at = handover.recoveries.last().expect("the newest").0;
        (recoveries, failures) = (handover.recoveries.clone(), handover.failures);
    }
    assert!((8..=12).contains(&starts), "{starts} starts");
}

/// A daemon that fails for ever, at this age, from image to image: how often it is started within `span` seconds.
fn starts_within(span: u64, age: u64) -> usize {
    let (mut starts, mut begins, mut handover) = (1, 0, Handover::default());
    loop {
        let mut sim = failing(begins / SECOND + age, handover.failures);
        sim.clock.mono.set(begins);
        sim.mode.recoveries = handover.recoveries.clone();
        sim.clock.trials.borrow_mut().push_back(Ok(()));
        let run = sim.run();
        // Gone, or handed over to the next image.
        let Some(next) = run.handed_over.into_iter().next() else {
            return starts;
        };
        begins = next.recoveries.last().expect("the newest").0;
        handover = next;
        if begins >= span * SECOND {
            return starts;
        }
        starts += 1;
    }
}

/// However old the daemon is when it fails: not more than twelve starts in ten minutes.
#[test]
fn fault_064_a_daemon_that_fails_for_ever_is_no_storm() {
    let starts: Vec<usize> = (0..=120).map(|age| starts_within(600, age)).collect();
    let most = starts.iter().max().copied().unwrap_or(0);
    assert!(most <= 12, "{starts:?}");
    assert!(starts[..10].iter().all(|starts| *starts == 1), "the young are not started again: {starts:?}");
    assert!(most > 5, "it was not started again: {starts:?}");
    let figure =
        format!("figure: fault_064: at most {most} starts in 10 minutes, failing at any age up to 2 minutes\n");
    let _ = std::io::Write::write_all(&mut std::io::stderr(), figure.as_bytes());
}

/// What the limit counts is handed over: restarts after fatal errors, and no others.
#[test]
fn b31_only_restarts_after_failures_count_for_the_limit() {
    let recoveries = |sim: Sim| {
        sim.clock.trials.borrow_mut().push_back(Ok(()));
        let run = sim.run();
        Handover::from_bytes(run.handed_over[0].lines(None)).expect("the lines").recoveries
    };
    assert_eq!(recoveries(failing(100, 0).signal(15.0, Signal::HUP)), []);
    assert_eq!(recoveries(failing(20, 0)), [Mono(22 * SECOND)]);
    // Asked for during the pause, it is still the error that made it necessary.
    assert_eq!(recoveries(failing(20, 0).signal(21.0, Signal::HUP)).len(), 1);
}
