//! When iterations, timers and idle events come.

use super::*;

#[test]
fn fault_069_an_overrun_is_counted_and_goes_back_to_the_grid() {
    let run = Sim::new()
        .executing(Duration::from_millis(2500))
        .every(Duration::from_secs(1))
        .declare(|spec| {
            spec.on(Event::error(), |probe, cx| {
                if let Cause::Error(text) = cx.cause() {
                    probe.note(&*text);
                }
            });
        })
        .signal(8.9, Signal::TERM)
        .run();
    assert_eq!(run.times("tick"), [0.0, 3.0, 6.0]);
    assert_eq!((run.stats.overruns, run.stats.missed), (3, 6));
    let text = "iteration took 2.5s, the interval is 1s, slots left out: 2";
    assert_eq!(run.times(text), [2.5, 5.5, 8.5]);
    assert_eq!(run.ended.exit, Exit::Clean);
}

#[test]
fn missed_slots_can_be_delayed_or_made_up_for() {
    let slow = |missed| {
        let mut first = true;
        let mut sim = Sim::new().every(Duration::from_secs(1));
        sim.spec.missed(missed).execute(move |probe: &mut Probe, _| {
            probe.note("tick");
            probe.clock.pass(if std::mem::take(&mut first) { 2_500_000_000 } else { 100_000_000 });
        });
        sim.signal(5.05, Signal::TERM).run().times("tick")
    };
    assert_eq!(slow(Missed::skip()), [0.0, 3.0, 4.0, 5.0]);
    assert_eq!(slow(Missed::delay()), [0.0, 2.5, 3.5, 4.5]);
    assert_eq!(slow(Missed::burst(5)), [0.0, 2.5, 2.6, 3.0, 4.0, 5.0]);
}

/// The wall clock moves stamps, nothing else: fault 67, and the original's bug 29.
#[test]
fn fault_067_the_wall_clock_decides_nothing() {
    let mut jumps = [3_600, -7_200, -1_700_000_000i64].into_iter();
    let run = Sim::new()
        .every(Duration::from_secs(1))
        .declare(|spec| {
            spec.execute(move |probe, cx| {
                probe.note("tick");
                if let Some(jump) = jumps.next() {
                    probe.clock.wall.set(probe.clock.wall.get() + jump * 1_000_000_000);
                }
                if cx.stats().iterations == 9 {
                    cx.stop();
                }
            });
            spec.every(Duration::from_secs(4), note("timer"));
        })
        .run();
    assert_eq!(run.times("tick"), (0..10).map(f64::from).collect::<Vec<_>>());
    assert_eq!(run.times("timer"), [4.0, 8.0]);
    assert_eq!(run.stats.uptime, Duration::from_secs(9));
}

/// After a suspend the monotonic clock has stood still: one tick when due, no burst. After a stop it has not: one late
/// tick, back on the grid.
#[test]
fn fault_068_sleeping_and_stopping_cause_no_burst() {
    let mut second = 0;
    let run = Sim::new()
        .every(Duration::from_secs(1))
        .declare(|spec| {
            spec.execute(move |probe, _| {
                probe.note("tick");
                second += 1;
                if second == 2 {
                    probe.clock.slept.set(3_600_000_000_000);
                }
            });
            spec.on(Signal::CONT, |probe, _| probe.note("cont"));
        })
        .signal(3.2, Signal::CONT)
        .signal(4.5, Signal::TERM)
        .run();
    assert_eq!(run.times("tick"), [0.0, 1.0, 2.0, 3.0, 4.0]);
    assert_eq!(run.times("cont"), [3.2]);
}

#[test]
fn timers_share_the_loop_in_the_order_in_which_they_are_due() {
    let run = Sim::new()
        .declare(|spec| {
            spec.every(Duration::from_millis(1500), note("slow"));
            spec.every(Duration::from_secs(1), note("fast"));
        })
        .signal(4.0, Signal::TERM)
        .run();
    assert_eq!(run.order(), ["fast", "slow", "fast", "slow", "fast", "drop"]);
    assert_eq!(run.times("slow"), [1.5, 3.0]);
    assert_eq!(run.stats.iterations, 0);
}

#[test]
fn idle_probability_without_an_interval() {
    let share = |probability| {
        let run = Sim::new()
            .declare(|spec| {
                spec.idle(probability);
                spec.execute(|probe, _| {
                    probe.note("tick");
                    probe.clock.pass(1_000_000);
                });
                spec.on(Event::idle(), note("idle"));
            })
            .signal(1.0, Signal::TERM)
            .run();
        assert_eq!(run.times("tick").len(), 1000);
        run.times("idle").len()
    };
    assert_eq!(share(0.0), 0);
    assert_eq!(share(1.0), 999);
    assert!((400..600).contains(&share(0.5)));
}

#[test]
fn the_interval_can_be_changed_while_running() {
    let run = Sim::new()
        .executing(Duration::ZERO)
        .every(Duration::from_secs(10))
        .declare(|spec| {
            spec.on(Signal::USR2, |_, cx| cx.set_interval(Duration::from_secs(2)));
            spec.on(Signal::HUP, |_, cx| cx.set_interval(Duration::from_nanos(5)));
            spec.on(Event::error(), note("error"));
        })
        .signal(11.0, Signal::USR2)
        .signal(14.5, Signal::HUP)
        .signal(17.0, Signal::TERM)
        .run();
    // The last slot was at 10, so the new grid is 12, 14, 16.
    assert_eq!(run.times("tick"), [0.0, 10.0, 12.0, 14.0, 16.0]);
    assert_eq!(run.times("error"), [14.5]);
    assert_eq!(run.stats.missed, 0);
}

#[test]
fn idle_events_come_once_an_interval_while_time_is_left() {
    let run = Sim::new()
        .every(Duration::from_millis(5))
        .declare(|spec| {
            spec.execute(|probe, _| {
                probe.note("tick");
                probe.clock.pass(1_000_000);
            });
            spec.on(Event::idle(), |probe, cx| {
                probe.note("idle");
                assert_eq!(cx.time_left(), Some(Duration::from_millis(4)));
                while cx.is_idle() {
                    probe.clock.pass(500_000);
                }
            });
        })
        .signal(0.049, Signal::TERM)
        .run();
    assert_eq!(run.times("tick").len(), 10);
    assert_eq!(run.times("idle").len(), 10, "the original gave none below ten milliseconds: bug 11");
    assert_eq!(run.stats.missed, 0);
}

#[test]
fn without_an_interval_iterations_follow_at_once_and_timers_still_get_their_turn() {
    let run = Sim::new()
        .declare(|spec| {
            spec.execute(|probe, _| {
                probe.note("tick");
                probe.clock.pass(10_000_000);
            });
            // Takes longer than its period: it may not starve the iterations.
            spec.every(Duration::from_millis(15), |probe, _| {
                probe.note("timer");
                probe.clock.pass(20_000_000);
            });
        })
        .signal(1.0, Signal::TERM)
        .run();
    let (ticks, timers) = (run.times("tick").len(), run.times("timer").len());
    assert!(ticks.abs_diff(timers) <= 2 && ticks > 30, "{ticks} {timers}");
}

/// An iteration is judged by the interval it began with.
#[test]
fn an_interval_changed_within_an_iteration_does_not_judge_it() {
    let run = Sim::new()
        .every(Duration::from_secs(1))
        .declare(|spec| {
            spec.execute(|probe, cx| {
                probe.note("tick");
                probe.clock.pass(300_000_000);
                cx.set_interval(Duration::from_millis(200));
                cx.stop();
            });
            spec.on(Event::error(), note("error"));
        })
        .run();
    assert_eq!((run.times("error"), run.stats.overruns), (vec![], 0));
}
