//! Restarting in place, as far as one image can see it.

use super::*;
use crate::lock::{Acquired, Held, Renewal};

/// A lock that tells how it was taken.
struct Told(&'static str, Rc<RefCell<Vec<(f64, String)>>>);

impl Told {
    fn note(&self, what: &str) -> Acquired {
        self.1.borrow_mut().push((0.0, format!("{what} {}", self.0)));
        Acquired::Held(Held::default())
    }
}

impl Provider for Told {
    fn describe(&self) -> String {
        self.0.to_owned()
    }

    fn acquire(&mut self) -> Acquired {
        self.note("acquired")
    }

    fn renew(&mut self) -> Renewal {
        Renewal::Held(Held::default())
    }

    fn release(&mut self) {}

    fn resume(&mut self, _: Vec<std::os::fd::OwnedFd>) -> Acquired {
        self.note("resumed")
    }
}

/// A new program may declare another lock than the old one kept: then that one is taken. What can not be told is left to
/// the lock to find out.
#[test]
fn a_new_program_takes_the_lock_that_it_declares() {
    let taken = |kept: Option<&str>, believed| {
        let mut sim = Sim::new().executing(Duration::ZERO).every(Duration::from_secs(1));
        sim.locks = vec![Box::new(Told("file /a", Rc::clone(&sim.notes)))];
        let locks = kept.map(|name| (name.to_owned(), Vec::new())).into_iter().collect();
        sim.inherited = Some(Inherited { locks, believed, ..Inherited::default() });
        sim.signal(0.5, Signal::TERM).run().notes[0].1.clone()
    };
    assert_eq!(taken(Some("file /a"), true), "resumed file /a");
    assert_eq!(taken(Some("file /b"), true), "acquired file /a");
    assert_eq!(taken(None, true), "acquired file /a");
    assert_eq!(taken(None, false), "resumed file /a");
}

fn restarting() -> Sim {
    let mut sim = Sim::new().executing(Duration::ZERO).every(Duration::from_secs(1));
    sim.mode.hang_up = HangUp::Restart;
    sim.spec.on(Event::shutdown(), note("shutdown"));
    sim.spec.on(Event::error(), note("error"));
    sim
}

/// A program that does not start, for whatever reason, costs nothing: ticks go on.
#[test]
fn fault_059_a_failed_trial_keeps_the_old_image_running() {
    let sim = restarting();
    sim.clock.trials.borrow_mut().push_back(Err("truncated"));
    let run = sim.signal(1.5, Signal::HUP).signal(3.5, Signal::TERM).run();
    assert_eq!(run.times("tick"), [0.0, 1.0, 2.0, 3.0]);
    assert_eq!(run.times("error"), [1.5]);
    assert!(run.handed_over.is_empty());
    assert_eq!(run.ended.exit, Exit::Clean);
}

/// Exec is the point of no return, and it too may fail: then the daemon is made anew, with its locks still held.
#[test]
fn fault_058_a_failed_exec_makes_a_new_daemon_of_the_same_image() {
    let mut sim = restarting();
    sim.clock.trials.borrow_mut().push_back(Ok(()));
    sim.declare = |spec| {
        // What a declaration makes has no way to the test's notes: that it runs is seen by how it ends.
        spec.setup(|_| Err::<Probe, _>(Error::new(Exit::NoInput, "made anew")));
    };
    let run = sim.signal(1.5, Signal::HUP).run();
    assert_eq!(run.order(), ["tick", "tick", "shutdown", "drop"]);
    assert_eq!(run.handed_over.len(), 1);
    let handover = &run.handed_over[0];
    assert_eq!(handover.cause, "SIGHUP");
    assert_eq!(handover.grid, Some((Mono(0), SECOND, 2)), "the next slot is the third");
    assert_eq!(handover.recoveries, [], "no error was the cause");
    assert_eq!(run.ended.reason.as_deref(), Some("setup failed: made anew"));
}

thread_local! {
    /// The daemon that a declaration made anew sets up: a function can not carry it there.
    static ANEW: RefCell<Option<Probe>> = const { RefCell::new(None) };
}

/// After a failed exec the daemon that is made anew ticks on the old grid, and not on one of its own.
#[test]
fn the_grid_goes_on_after_a_failed_exec() {
    let mut sim = restarting();
    sim.clock.trials.borrow_mut().push_back(Ok(()));
    ANEW.set(Some(Probe { clock: Rc::clone(&sim.clock), notes: Rc::clone(&sim.notes) }));
    sim.declare = |spec| {
        spec.setup(|_| ANEW.take().ok_or("made anew twice"));
        spec.execute(|probe: &mut Probe, _| probe.note("tick anew"));
        spec.on(Event::shutdown(), note("shutdown anew"));
        spec.on(Event::error(), note("error anew"));
    };
    let run = sim.signal(1.5, Signal::HUP).signal(4.5, Signal::TERM).run();
    assert_eq!(run.handed_over.len(), 1);
    assert_eq!(run.times("shutdown"), [1.5]);
    assert_eq!((run.times("tick"), run.times("tick anew")), (vec![0.0, 1.0], vec![2.0, 3.0, 4.0]));
    assert_eq!(run.stats.missed, 0);
    assert_eq!(run.ended.exit, Exit::Clean);
}

/// TERM wins over a restart at every moment until the exec: fault 49.
#[test]
fn fault_049_a_stop_wins_over_a_restart() {
    let mut sim = restarting();
    sim.clock.trials.borrow_mut().push_back(Ok(()));
    sim.spec.on(Event::shutdown(), |probe, _| {
        // While the old image lets go of its state.
        probe.clock.signals.borrow_mut().push_back((probe.clock.mono.get(), Signal::TERM));
    });
    let run = sim.signal(1.5, Signal::HUP).run();
    assert!(run.handed_over.is_empty());
    assert_eq!(run.ended, Ended { exit: Exit::Clean, reason: None });
    let sim = restarting().signal(1.5, Signal::TERM).signal(1.5, Signal::HUP);
    assert!(sim.run().handed_over.is_empty(), "HUP after TERM means nothing");
}

/// A thousand wishes are one restart, and one that comes during a trial is not lost: fault 48.
#[test]
fn fault_048_a_wish_during_a_trial_is_tried_again() {
    let mut sim = restarting();
    sim.clock.trials.borrow_mut().extend([Ok(()), Ok(())]);
    sim.clock.ask_again_during_trial.set(true);
    sim.declare = |spec| {
        spec.setup(|_| Err::<Probe, _>("enough"));
    };
    for _ in 0..1000 {
        sim = sim.signal(1.5, Signal::HUP);
    }
    let run = sim.run();
    assert_eq!(run.handed_over.len(), 1);
    assert_eq!(run.trials_left, 0, "the second wish had a trial of its own");
}

#[test]
fn the_grid_goes_on_where_the_old_image_left_it() {
    let mut sim = Sim::new().executing(Duration::ZERO).every(Duration::from_secs(1));
    sim.clock.mono.set(10 * SECOND + SECOND / 4);
    sim.mode.grid = Some(crate::schedule::Grid::from_parts((Mono(SECOND / 2), SECOND, 10)));
    let run = sim.signal(12.6, Signal::TERM).run();
    assert_eq!(run.times("tick"), [10.5, 11.5, 12.5]);
    assert_eq!(run.stats.missed, 0);
    // Another interval is another grid.
    let mut sim = Sim::new().executing(Duration::ZERO).every(Duration::from_secs(2));
    sim.mode.grid = Some(crate::schedule::Grid::from_parts((Mono(SECOND / 2), SECOND, 10)));
    assert_eq!(sim.signal(2.5, Signal::TERM).run().times("tick"), [0.0, 2.0]);
}

/// What arrives while the old image lets go of its state is for the new one to hear.
#[test]
fn signals_between_two_images_are_not_lost() {
    let mut sim = restarting();
    sim.clock.trials.borrow_mut().push_back(Ok(()));
    sim.spec.on(Signal::USR2, note("usr2"));
    sim.spec.on(Event::shutdown(), |probe, _| {
        let now = probe.clock.mono.get();
        let late = [Signal::USR2, Signal::USR1, Signal::HUP];
        probe.clock.signals.borrow_mut().extend(late.map(|signal| (now, signal)));
    });
    sim.declare = |spec| {
        spec.setup(|_| Err::<Probe, _>("enough"));
    };
    let clock = Rc::clone(&sim.clock);
    let run = sim.signal(1.5, Signal::HUP).run();
    assert_eq!(run.times("usr2"), []);
    assert_eq!(*clock.unheard.borrow(), [Signal::USR2, Signal::USR1, Signal::HUP]);
}

/// A hook that fails while the old image lets go is told, and does not end the service.
#[test]
fn a_failing_shutdown_hook_does_not_end_a_restart() {
    let mut sim = restarting();
    sim.clock.trials.borrow_mut().push_back(Ok(()));
    sim.spec.on(Event::shutdown(), |_, _| Err::<(), _>("not now"));
    sim.declare = |spec| {
        spec.setup(|_| Err::<Probe, _>("enough"));
    };
    let run = sim.signal(1.5, Signal::HUP).run();
    assert_eq!(run.order(), ["tick", "tick", "shutdown", "error", "drop"]);
    assert_eq!(run.handed_over.len(), 1);
}

/// The figures of a daemon are those of its whole life: what was counted, since when, and how many restarts it has been
/// through, which are more than are remembered. A failed exec is none.
#[test]
fn counts_and_uptime_go_on_over_a_restart() {
    let mut sim = restarting();
    sim.clock.trials.borrow_mut().push_back(Ok(()));
    sim.declare = |spec| {
        spec.setup(|_| Err::<Probe, _>("enough"));
    };
    let old = sim.signal(2.5, Signal::HUP).run();
    assert_eq!((old.stats.iterations, old.stats.restarts), (3, 0), "the exec has failed");
    let handover = Handover::from_bytes(old.handed_over[0].lines(None)).expect("the lines");
    let stats = (0..40).fold(handover.stats.expect("the counts"), |stats, _| stats.restarted());

    let mut sim = Sim::new().executing(Duration::ZERO).every(Duration::from_secs(1));
    sim.clock.mono.set(100 * SECOND);
    sim.inherited = Some(Inherited { believed: true, stats: Some(stats), ..Inherited::default() });
    let stats = sim.signal(101.5, Signal::TERM).run().stats;
    assert_eq!((stats.iterations, stats.restarts, stats.sample), (3 + 2, 40, 5));
    assert_eq!(stats.uptime, Duration::from_nanos(101 * SECOND + SECOND / 2));
}

/// A timer that is slower than the restarts come fires all the same: its grid goes on, image after image. Two of one period
/// keep their order.
#[test]
fn the_grids_of_timers_go_on_over_restarts() {
    let image = |begins: u64, timers: Vec<crate::schedule::Grid>| {
        let mut sim = restarting();
        sim.clock.mono.set(begins * SECOND + SECOND / 2);
        sim.mode.timers = timers;
        for name in ["slow", "second"] {
            sim.spec.every(Duration::from_secs(12), note(name));
        }
        sim.spec.every(Duration::from_secs(3), note("quick"));
        sim.clock.trials.borrow_mut().push_back(Ok(()));
        sim.declare = |spec| {
            spec.setup(|_| Err::<Probe, _>("enough"));
        };
        sim.signal((begins + 10) as f64 + 0.5, Signal::HUP).run()
    };
    let (mut slow, mut second, mut quick, mut timers) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for begins in [0, 10, 20, 30] {
        let run = image(begins, timers);
        slow.extend(run.times("slow"));
        second.extend(run.times("second"));
        quick.extend(run.times("quick"));
        let handover = Handover::from_bytes(run.handed_over[0].lines(None)).expect("the lines");
        timers = handover.timers.into_iter().map(crate::schedule::Grid::from_parts).collect();
    }
    assert_eq!((&slow, &second), (&vec![12.5, 24.5, 36.5], &slow));
    assert_eq!(quick, (1..=13).map(|slot| f64::from(slot) * 3.0 + 0.5).collect::<Vec<_>>());
}

/// The same when the exec fails: the daemon that is made anew waits for what the old one has waited for.
#[test]
fn the_grids_of_timers_go_on_after_a_failed_exec() {
    let mut sim = restarting();
    sim.clock.trials.borrow_mut().push_back(Ok(()));
    sim.spec.every(Duration::from_secs(12), note("slow"));
    ANEW.set(Some(Probe { clock: Rc::clone(&sim.clock), notes: Rc::clone(&sim.notes) }));
    sim.declare = |spec| {
        spec.setup(|_| ANEW.take().ok_or("made anew twice"));
        spec.execute(|_, _| {});
        spec.on(Event::shutdown(), |_, _| {});
        spec.on(Event::error(), |_, _| {});
        spec.every(Duration::from_secs(12), note("slow anew"));
    };
    let run = sim.signal(10.5, Signal::HUP).signal(25.5, Signal::TERM).run();
    assert_eq!(run.handed_over.len(), 1);
    assert_eq!((run.times("slow"), run.times("slow anew")), (vec![], vec![12.0, 24.0]));
}
