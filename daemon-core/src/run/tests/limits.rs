//! Time limits: what is cut when, and who is told that its share is over.

use super::*;
use crate::lock::{Acquired, Held, Renewal};

/// A limit in force: since when, until when, and what is said then.
#[derive(Clone, Debug, PartialEq)]
struct Cut {
    since: f64,
    at: f64,
    reason: String,
}

impl Run {
    /// All limits that would have cut something, in order.
    fn cuts(&self) -> Vec<Cut> {
        let cut = |(since, told): &(f64, Option<Told>)| {
            let (at, reason) = told.as_ref()?.cut.clone()?;
            #[allow(clippy::cast_precision_loss, reason = "for comparing in tests")]
            Some(Cut { since: *since, at: at.0 as f64 / 1e9, reason })
        };
        self.limits.iter().filter_map(cut).collect()
    }

    /// Those for what begins with `what`: since when and until when.
    fn cuts_of(&self, what: &str) -> Vec<(f64, f64)> {
        self.cuts().iter().filter(|cut| cut.reason.starts_with(what)).map(|cut| (cut.since, cut.at)).collect()
    }
}

fn seconds(number: u64) -> Duration {
    Duration::from_secs(number)
}

/// A hook that works in small steps until it is told to leave out the rest.
fn until_cancelled(name: &'static str) -> impl FnMut(&mut Probe, &Context) + 'static {
    move |probe, cx| {
        while !cx.cancelled() {
            probe.clock.pass(SECOND / 10);
        }
        probe.note(name);
    }
}

#[test]
fn fault_106_each_hook_has_its_deadline_and_the_wait_has_none() {
    let run = Sim::new()
        .executing(seconds(1))
        .every(seconds(10))
        .declare(|spec| {
            spec.deadline(seconds(5));
            spec.every(seconds(15), note("timer")).deadline(seconds(3));
        })
        .signal(31.0, Signal::TERM)
        .run();
    assert_eq!(run.cuts_of("execute"), [(0.0, 5.0), (10.0, 15.0), (20.0, 25.0), (30.0, 35.0)]);
    assert_eq!(run.cuts_of("every 15s"), [(15.0, 18.0), (30.0, 33.0)]);
    let reason = run.cuts().iter().find(|cut| cut.reason.starts_with("execute")).expect("one").reason.clone();
    let end = " has not ended after 5s, its deadline: ending the process";
    assert!(reason.starts_with("execute (daemon-core/src/run/tests/mod.rs:") && reason.ends_with(end), "{reason}");
    // After each of them nothing holds, until the next one begins: at 30 that is at once.
    let running = run.limits.iter().skip_while(|(_, told)| told.as_ref().is_some_and(|told| !told_of(told, "execute")));
    let ends: Vec<bool> = running.map(|(_, told)| told.is_none()).collect();
    assert_eq!(ends, [false, true, false, true, false, true, false, true, false, false, true]);
}

fn told_of(told: &Told, what: &str) -> bool {
    told.cut.as_ref().is_some_and(|(_, reason)| reason.starts_with(what))
}

/// The kernel is not asked for anything on the way of a tick.
#[test]
fn a_daemon_without_limits_sets_none_after_its_start() {
    let run = Sim::new().executing(Duration::ZERO).every(seconds(1)).signal(100.5, Signal::TERM).run();
    assert_eq!(run.stats.iterations, 101);
    let last = run.limits.last().expect("the start had one");
    assert_eq!(last, &(0.0, None));
    assert!(run.limits[..run.limits.len() - 1].iter().all(|(at, told)| *at == 0.0 && told.is_some()));
}

/// A limit for stops alone is said once, and not with each tick.
#[test]
fn a_limit_for_stops_costs_nothing_on_a_tick() {
    let sim = Sim::new().executing(Duration::ZERO).every(seconds(1)).declare(|spec| {
        spec.stop_timeout(seconds(10));
    });
    let run = sim.signal(100.5, Signal::TERM).run();
    let ticking = run.limits.iter().filter(|(at, told)| *at < 100.0 && told.as_ref().is_some_and(|t| t.cut.is_none()));
    let texts: Vec<_> = ticking.filter_map(|(_, told)| told.as_ref()?.on_stop.clone()).collect();
    assert_eq!(texts.len(), 1, "{texts:?}");
    assert!(texts[0].ends_with(" has not ended, the stop_timeout of 10s is over: ending the process"), "{texts:?}");
}

#[test]
fn fault_002_every_step_of_a_start_is_named_and_has_the_same_end() {
    let run = Sim::new()
        .executing(Duration::ZERO)
        .every(seconds(1))
        .declare(|spec| {
            spec.start_timeout(seconds(20));
            spec.setup(|cx| {
                let _ = cx;
                Err::<Probe, _>("no")
            });
            spec.plan.plugins = 0;
        })
        .run();
    let cuts = run.cuts();
    let names = ["the environment check has", "opening the log has", "setup has", "dropping plugins and hooks has"];
    for (cut, name) in cuts.iter().zip(names) {
        assert!(cut.reason.starts_with(name) && cut.at == 20.0, "{cut:?}");
        assert!(cut.reason.ends_with(" not ended after 20s, the start_timeout of 20s is over: ending the process"));
    }
    assert_eq!(cuts.len(), names.len(), "{cuts:?}");
}

/// Half for what runs, up to three quarters for the daemon's own end, and all of it for the rest.
#[test]
fn fault_050_a_stop_has_shares_and_what_is_left_over_goes_on() {
    let stopping = |hooks: fn(&mut Spec<Probe>)| {
        let sim = Sim::new().every(seconds(1)).declare(|spec| {
            spec.stop_timeout(seconds(8));
            hooks(spec);
        });
        sim.signal(2.5, Signal::TERM).run()
    };
    // The iteration that begins at 2 meets the stop and takes all of its half.
    let long = stopping(|spec| {
        spec.execute(|probe, cx| {
            if cx.now().mono.0 >= 2 * SECOND {
                until_cancelled("tick")(probe, cx)
            }
        });
        spec.on(Event::shutdown(), until_cancelled("shutdown"));
    });
    assert_eq!(long.ended, Ended { exit: Exit::Clean, reason: None });
    let at = |run: &Run, what| run.times(what).iter().map(|at| (at * 10.0).round() / 10.0).collect::<Vec<_>>();
    assert_eq!((at(&long, "tick"), at(&long, "shutdown")), (vec![6.5], vec![8.5]), "{:?}", long.notes);
    assert!(long.cuts_of("on shutdown").iter().all(|(_, end)| *end == 10.5), "{:?}", long.cuts());
    // An iteration that takes nothing leaves its half to the shutdown hooks.
    let short = stopping(|spec| {
        spec.execute(|_, _| ());
        spec.on(Event::shutdown(), until_cancelled("shutdown"));
    });
    assert_eq!(at(&short, "shutdown"), [8.5]);
    assert_eq!(short.cuts_of("dropping the daemon's state").iter().map(|(_, end)| *end).collect::<Vec<_>>(), [10.5]);
}

/// The time of a stop counts from the signal, though the loop hears of it only when the hook has ended.
#[test]
fn a_stop_counts_from_its_signal() {
    let sim = Sim::new().executing(seconds(30)).every(seconds(60)).declare(|spec| {
        spec.stop_timeout(seconds(100));
    });
    let run = sim.signal(1.0, Signal::TERM).run();
    assert_eq!(run.cuts_of("dropping the daemon's state"), [(30.0, 101.0)]);
}

#[test]
fn a_deadline_that_comes_before_the_end_of_the_stop_wins() {
    let sim = Sim::new().executing(Duration::ZERO).every(seconds(60)).declare(|spec| {
        spec.stop_timeout(seconds(100));
        spec.on(Event::shutdown(), note("shutdown")).deadline(seconds(2));
    });
    let run = sim.signal(1.0, Signal::TERM).run();
    assert_eq!(run.cuts_of("on shutdown"), [(1.0, 3.0)]);
}

/// In daemon mode: what comes after a TERM changes nothing, what came before it is forgotten.
#[test]
fn fault_050_hang_ups_and_second_stops_do_not_change_the_end() {
    let sequences: [&[Signal]; 5] = [
        &[Signal::TERM, Signal::HUP],
        &[Signal::HUP, Signal::TERM],
        &[Signal::TERM, Signal::TERM],
        &[Signal::INT, Signal::TERM, Signal::HUP],
        &[Signal::HUP, Signal::TERM, Signal::HUP],
    ];
    for gap in [0.0, 0.2] {
        for sequence in sequences {
            let mut sim = Sim::new().every(seconds(1)).declare(|spec| {
                spec.stop_timeout(seconds(60));
                spec.execute(|probe, cx| {
                    probe.note("tick");
                    probe.clock.pass(SECOND * 9 / 10);
                    if cx.cancelled() {
                        probe.note("cancelled");
                    }
                });
                spec.on(Event::shutdown(), note("shutdown"));
            });
            sim.mode.hang_up = HangUp::Restart;
            // The trial takes its time: whatever it says comes after the stop.
            sim.clock.slow_trials.set(true);
            let mut at = 3.05;
            for signal in sequence {
                sim = sim.signal(at, *signal);
                at += gap;
            }
            let run = sim.run();
            assert_eq!(run.ended, Ended { exit: Exit::Clean, reason: None }, "{sequence:?}");
            assert_eq!(run.handed_over.len(), 0, "{sequence:?}");
            assert_eq!(run.order().iter().filter(|note| **note == "shutdown").count(), 1, "{sequence:?}");
            assert_eq!(run.times("tick"), [0.0, 1.0, 2.0, 3.0], "{sequence:?}");
            let twice = sequence.iter().filter(|signal| **signal != Signal::HUP).count() > 1;
            assert_eq!(run.times("cancelled").len(), usize::from(twice), "{sequence:?}");
        }
    }
}

/// Letting go for a restart has the same limit, and a failed exec begins a start of its own.
#[test]
fn a_restart_lets_go_within_the_limit_of_a_stop() {
    let mut sim = Sim::new().executing(Duration::ZERO).every(seconds(10)).declare(|spec| {
        spec.stop_timeout(seconds(4)).start_timeout(seconds(30));
        spec.on(Event::shutdown(), until_cancelled("shutdown"));
    });
    sim.mode.hang_up = HangUp::Restart;
    sim.clock.trials.borrow_mut().push_back(Ok(()));
    sim.declare = |spec| {
        spec.setup(|_| Err::<Probe, _>("made anew"));
    };
    let run = sim.signal(15.0, Signal::HUP).run();
    assert_eq!(run.cuts_of("on shutdown"), [(15.0, 19.0)]);
    assert!(run.times("shutdown")[0] >= 18.0 && run.times("shutdown")[0] < 18.2);
    assert_eq!(run.cuts_of("becoming the new program").iter().map(|(_, end)| *end).collect::<Vec<_>>(), [19.0]);
    let again = run.cuts_of("setup");
    assert!(again.last().is_some_and(|(since, end)| (end - since - 30.0).abs() < 0.001), "{again:?}");
}

/// A lock that another may have after a while.
struct Lease;

impl Provider for Lease {
    fn describe(&self) -> String {
        "a lease".into()
    }

    fn acquire(&mut self) -> Acquired {
        Acquired::Held(Held { deadline: Some(Boot(1)), token: None })
    }

    fn renew(&mut self) -> Renewal {
        Renewal::Held(Held { deadline: Some(Boot(1)), token: None })
    }

    fn release(&mut self) {}
}

#[test]
fn under_a_lease_every_hook_has_a_deadline() {
    let first = |interval, declared: Option<u64>| {
        let mut sim = Sim::new().executing(Duration::ZERO).every(seconds(interval));
        if let Some(declared) = declared {
            sim.spec.deadline(seconds(declared));
        }
        sim.locks.push(Box::new(Lease));
        sim.signal(0.5, Signal::TERM).run().cuts_of("execute")[0].1
    };
    assert_eq!((first(1, None), first(6, None), first(30, None)), (60.0, 60.0, 300.0));
    assert_eq!(first(30, Some(7)), 7.0);
}

#[test]
fn once_ends_with_the_code_of_an_iteration_that_failed_and_was_only_logged() {
    let mut sim = Sim::new().every(seconds(1));
    sim.mode.once = true;
    sim.spec.on_error(OnError::log());
    sim.spec.execute(|_, _| Err::<(), _>(Error::new(Exit::NoInput, "no input today")));
    sim.spec.on(Event::error(), note("error"));
    let run = sim.run();
    assert_eq!((run.ended.exit, run.times("error").len()), (Exit::NoInput, 1));
    assert!(run.ended.reason.is_some_and(|reason| reason.ends_with("failed: no input today")));
}
