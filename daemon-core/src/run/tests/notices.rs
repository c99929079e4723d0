//! What the init system is told over whole lives.

use super::*;
use crate::engine::{Notice, Supervision};

const READY: Notice = Notice::Ready { again: false };

/// A daemon that an init system watches, with this much patience.
fn watched(sim: Sim, watchdog: Option<Duration>) -> Sim {
    let mode = Mode { supervision: Some(Supervision::new(watchdog)), ..sim.mode };
    Sim { mode, ..sim }
}

/// Runs it: how it went, and what was told when.
fn told(sim: Sim) -> (Run, Vec<(f64, Notice)>) {
    let clock = Rc::clone(&sim.clock);
    let run = sim.run();
    let told = clock.told.take();
    (run, told)
}

fn times(told: &[(f64, Notice)], what: &Notice) -> Vec<f64> {
    told.iter().filter(|(_, notice)| notice == what).map(|(at, _)| *at).collect()
}

fn stopping(reason: &str) -> Notice {
    Notice::Stopping(reason.to_owned())
}

#[test]
fn a_start_is_told_before_the_first_tick_and_a_stop_before_the_last_words() {
    let mut sim = watched(Sim::new().every(Duration::from_secs(60)), None);
    let notes = Rc::clone(&sim.notes);
    let clock = Rc::clone(&sim.clock);
    let count = move || clock.told.borrow().len();
    let clock = Rc::clone(&sim.clock);
    sim.spec.on(Event::init(), move |probe: &mut Probe, _| probe.note(format!("init {}", count())));
    let count = move || clock.told.borrow().len();
    let counted = count.clone();
    sim.spec.execute(move |probe: &mut Probe, _| probe.note(format!("tick {}", counted())));
    sim.spec.on(Event::shutdown(), move |probe: &mut Probe, _| probe.note(format!("shutdown {}", count())));
    let (run, told) = told(sim.signal(2.0, Signal::TERM));
    drop(notes);
    assert_eq!(run.order(), ["init 0", "tick 1", "shutdown 2", "drop"]);
    assert_eq!(told, [(0.0, READY), (2.0, stopping("SIGTERM"))]);
}

#[test]
fn nobody_who_listens_is_told_nothing() {
    let (_, told) = told(Sim::new().executing(Duration::ZERO).every(Duration::from_secs(1)).signal(9.5, Signal::TERM));
    assert_eq!(told, []);
}

/// A failed start says why; so does a failure later on.
#[test]
fn the_reason_of_a_stop_is_told() {
    let mut sim = watched(Sim::new().executing(Duration::ZERO).every(Duration::from_secs(1)), None);
    sim.spec.setup(|_| Err::<Probe, _>("no input"));
    assert_eq!(told(sim).1, [(0.0, stopping("setup failed: no input"))]);
    let mut sim = watched(Sim::new().every(Duration::from_secs(1)), None);
    sim.spec.execute(|_: &mut Probe, _| Err::<(), _>("broken"));
    let (run, told) = told(sim);
    let reason = run.ended.reason.expect("a reason");
    assert!(reason.ends_with("failed: broken"), "{reason}");
    assert_eq!(told, [(0.0, READY), (0.0, stopping(&reason))]);
}

/// The status follows the ticks, but not each of them, and wakes nobody.
#[test]
fn the_status_is_told_now_and_then_and_only_if_something_ran() {
    let sim = Sim::new().executing(Duration::from_micros(2_137)).every(Duration::from_secs(2));
    let (_, told_often) = told(watched(sim, None).signal(19.0, Signal::TERM));
    let texts: Vec<_> =
        told_often[1..told_often.len() - 1].iter().map(|(at, notice)| (at.floor(), notice.clone())).collect();
    let status = |text: &str| Notice::Status(text.to_owned());
    assert_eq!(
        texts,
        [
            (6.0, status("4 iterations, last 2.1ms")),
            (12.0, status("7 iterations, last 2.1ms")),
            (18.0, status("10 iterations, last 2.1ms"))
        ]
    );
    // One tick in an hour is told after it, and nothing between.
    let sim = Sim::new().executing(Duration::from_secs(7)).every(Duration::from_secs(3600));
    let (_, told_once) = told(watched(sim, None).signal(3000.0, Signal::TERM));
    assert_eq!(told_once[1], (7.0, status("1 iteration, last 7s")));
    assert_eq!(told_once.len(), 3);
    // A loop that never waits tells it too.
    let sim = Sim::new().executing(Duration::from_secs(3));
    let (_, told_busy) = told(watched(sim, None).signal(25.0, Signal::TERM));
    assert_eq!(told_busy[1], (12.0, status("4 iterations, last 3s")));
    // Without iterations it counts what runs.
    let mut sim = watched(Sim::new(), None);
    sim.spec.every(Duration::from_secs(10), note("timer"));
    let (_, told_timer) = told(sim.signal(25.0, Signal::TERM));
    assert_eq!(times(&told_timer, &status("2 events, last 0s")), [20.0]);
}

/// An idle daemon wakes to say that it lives, in half of the time that it has.
#[test]
fn fault_008_an_idle_daemon_says_that_it_lives() {
    let sim = Sim::new().executing(Duration::ZERO).every(Duration::from_secs(3600));
    let (run, told) = told(watched(sim, Some(Duration::from_secs(10))).signal(26.0, Signal::TERM));
    assert_eq!(times(&told, &Notice::Alive), [0.0, 5.0, 10.0, 15.0, 20.0, 25.0]);
    assert_eq!(run.times("tick"), [0.0], "waking for that is no iteration");
    // Before the start is complete the init system does not count the time, and must not begin to.
    assert_eq!(told[..2], [(0.0, READY), (0.0, Notice::Alive)]);
}

/// While a hook hangs nobody says that the daemon lives; between short steps it is said, in the stop too.
#[test]
fn fault_008_a_hook_that_hangs_is_silent() {
    let mut sim = watched(Sim::new().every(Duration::from_secs(100)), Some(Duration::from_secs(10)));
    sim.spec.execute(|probe: &mut Probe, _| probe.clock.pass(60 * SECOND));
    for _ in 0..3 {
        sim.spec.on(Event::shutdown(), |probe: &mut Probe, _| probe.clock.pass(6 * SECOND));
    }
    let (_, told) = told(sim.signal(70.0, Signal::TERM));
    assert_eq!(times(&told, &Notice::Alive), [0.0, 60.0, 65.0, 70.0, 76.0, 82.0, 88.0]);
}

/// A loop that never sleeps says so all the same.
#[test]
fn fault_008_a_loop_that_never_sleeps_says_that_it_lives() {
    let sim = Sim::new().executing(Duration::from_millis(1));
    let (_, told) = told(watched(sim, Some(Duration::from_secs(1))).signal(2.1, Signal::TERM));
    assert_eq!(times(&told, &Notice::Alive), [0.0, 0.5, 1.0, 1.5, 2.0]);
}

/// A long start or stop that was declared is told as it begins, before the init system loses its patience; what is a
/// default is not.
#[test]
fn fault_008_a_declared_time_limit_is_told() {
    let (start, stop) = (Duration::from_secs(600), Duration::from_secs(300));
    let mut sim = watched(Sim::new().executing(Duration::ZERO).every(Duration::from_secs(1)), None);
    sim.spec.start_timeout(start).stop_timeout(stop);
    sim.mode.hang_up = HangUp::Restart;
    sim.clock.trials.borrow_mut().push_back(Ok(()));
    sim.declare = |spec| {
        spec.setup(|_| Err::<Probe, _>("made anew"));
    };
    let (_, told_all) = told(sim.signal(2.5, Signal::HUP));
    let order: Vec<Notice> = told_all.into_iter().map(|(_, notice)| notice).collect();
    let (starts, stops) = (Notice::Takes(start), Notice::Takes(stop));
    let reloading = Notice::Reloading(Mono(2 * SECOND + SECOND / 2));
    let last = stopping("setup failed: made anew");
    assert_eq!(order[..5], [starts.clone(), READY, reloading, stops, starts]);
    assert_eq!(order[5..], [last], "nothing was left to undo");
    let sim = watched(Sim::new().executing(Duration::ZERO).every(Duration::from_secs(1)), None);
    assert_eq!(told(sim.signal(2.5, Signal::TERM)).1, [(0.0, READY), (2.5, stopping("SIGTERM"))]);
}

/// A restart is told when it really begins, not when it is asked for and not while it is tried; a stop is never told
/// around it. An exec that fails ends the restart: ready again.
#[test]
fn fault_065_a_restart_is_told_from_its_beginning_to_its_end() {
    let mut sim = watched(Sim::new().executing(Duration::ZERO).every(Duration::from_secs(1)), None);
    sim.mode.hang_up = HangUp::Restart;
    sim.clock.trials.borrow_mut().extend([Err("truncated"), Ok(())]);
    sim.declare = |spec| {
        spec.setup(|_| Err::<Probe, _>("made anew"));
    };
    let (run, told) = told(sim.signal(1.5, Signal::HUP).signal(2.5, Signal::HUP));
    assert_eq!(run.handed_over.len(), 1);
    let reloading = Notice::Reloading(Mono(2 * SECOND + SECOND / 2));
    // The image after the failed exec does not come up here: that is the stop, and it is final.
    assert_eq!(told, [(0.0, READY), (2.5, reloading), (2.5, stopping("setup failed: made anew"))]);
}

/// The image after a restart is told by its readiness, and is watched from its first step on.
#[test]
fn fault_065_the_new_image_is_ready_again_and_alive_meanwhile() {
    let sim = Sim::new().executing(Duration::ZERO).every(Duration::from_secs(60));
    let mut sim = watched(sim, Some(Duration::from_secs(10)));
    sim.mode.again = true;
    for _ in 0..2 {
        sim.spec.on(Event::init(), |probe: &mut Probe, _| probe.clock.pass(4 * SECOND));
    }
    let (_, told) = told(sim.signal(9.0, Signal::TERM));
    let again = Notice::Ready { again: true };
    assert_eq!(told, [(0.0, Notice::Alive), (8.0, again), (8.0, Notice::Alive), (9.0, stopping("SIGTERM"))]);
}

/// A stop that comes during a restart wins, and is told after it.
#[test]
fn fault_065_a_stop_during_a_restart_is_told() {
    let mut sim = watched(Sim::new().executing(Duration::ZERO).every(Duration::from_secs(1)), None);
    sim.mode.hang_up = HangUp::Restart;
    sim.clock.trials.borrow_mut().push_back(Ok(()));
    sim.spec.on(Event::shutdown(), |probe: &mut Probe, _| {
        probe.clock.signals.borrow_mut().push_back((probe.clock.mono.get(), Signal::TERM));
    });
    let (run, told) = told(sim.signal(1.5, Signal::HUP));
    assert!(run.handed_over.is_empty());
    let reloading = Notice::Reloading(Mono(SECOND + SECOND / 2));
    assert_eq!(told, [(0.0, READY), (1.5, reloading), (1.5, stopping("SIGTERM"))]);
}

/// A pause before a restart is no stop, and the loop lives meanwhile.
#[test]
fn fault_065_the_pause_after_a_failure_is_no_stop() {
    let mut sim = watched(Sim::new().every(Duration::from_secs(1)), Some(Duration::from_secs(2)));
    sim.mode.hang_up = HangUp::Restart;
    sim.clock.trials.borrow_mut().push_back(Err("gone"));
    sim.spec.execute(|probe: &mut Probe, _| if probe.clock.seconds() >= 20.0 { Err("broken") } else { Ok(()) });
    let (run, told) = told(sim);
    let last: Vec<f64> = times(&told, &Notice::Alive).into_iter().filter(|at| *at >= 20.0).collect();
    assert_eq!(last, [20.0, 21.0, 22.0]);
    let reason = run.ended.reason.expect("a reason");
    assert_eq!(times(&told, &stopping(&reason)), [22.0], "when the trial failed, not before");
}

/// What could not be told is tried again soon, even if nothing else ever happens; then there is peace.
#[test]
fn fault_008_a_full_queue_is_tried_again() {
    let sim = Sim::new().executing(Duration::ZERO).every(Duration::from_secs(3600));
    sim.clock.deaf_until.set(SECOND / 2);
    let (_, told) = told(watched(sim, None).signal(9.0, Signal::TERM));
    assert_eq!(told[0], (0.0, READY));
    assert_eq!(times(&told, &Notice::Again), [0.2, 0.4, 0.6]);
    assert_eq!(told.len(), 5);
}
