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

/// How late each of these is on a grid of seconds.
fn parts(times: &[f64]) -> Vec<f64> {
    times.iter().map(|at| at.fract()).collect()
}

#[test]
fn jitter_moves_each_slot_and_leaves_the_grid() {
    let run = |seed: u64| {
        let sim = Sim::new().executing(Duration::ZERO).every(Duration::from_secs(1)).seed(seed);
        sim.declare(|spec| {
            spec.jitter(Duration::from_millis(400));
            spec.every(Duration::from_secs(2), note("timer")).jitter(Duration::from_millis(700));
        })
        .signal(10_000.0, Signal::TERM)
        .run()
    };
    let first = run(7);
    let ticks = first.times("tick");
    assert_eq!((ticks.len(), ticks[0]), (10_000, 0.0), "one in each slot, the first at once");
    assert_eq!(first.times("timer").len(), 4_999);
    assert_eq!((first.stats.missed, first.stats.overruns), (0, 0));
    for (slot, at) in ticks.iter().enumerate() {
        assert!((0.0..0.4).contains(&(at - slot as f64)), "slot {slot} began at {at}");
    }
    assert!(
        first.times("timer").iter().enumerate().all(|(slot, at)| (0.0..0.7).contains(&(at - 2.0 * (slot + 1) as f64)))
    );
    // By chance: spread over the whole of the jitter.
    let late = parts(&ticks[1..]);
    let mean = late.iter().sum::<f64>() / late.len() as f64;
    assert!((0.19..0.21).contains(&mean), "{mean}");
    assert!(late.iter().any(|part| *part < 0.004) && late.iter().any(|part| *part > 0.396));
    // The seed decides: the same again, or another.
    assert_eq!(run(7).times("tick"), ticks);
    assert_ne!(run(8).times("tick"), ticks);
}

#[test]
fn jitter_makes_no_slot_late_or_missed() {
    let run = Sim::new()
        .every(Duration::from_secs(1))
        .declare(|spec| {
            spec.jitter(Duration::from_millis(900));
            spec.execute(|probe, _| {
                probe.note("tick");
                probe.clock.pass(50_000_000);
            });
        })
        .signal(1_000.0, Signal::TERM)
        .run();
    assert!(run.times("tick").len() >= 1_000 - 2 && run.stats.overruns == 0, "{:?}", run.stats);
    assert!(run.stats.lateness.max < Duration::from_millis(51), "a moved slot is not late: {:?}", run.stats.lateness);
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
