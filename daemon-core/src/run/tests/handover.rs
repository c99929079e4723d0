//! State of the author's over a restart in place: when it is packed, when it is not, and who gets it.

use super::*;
use crate::kept::Kept;

/// A daemon that hands its number of ticks over, and is made anew by a setup that fails with what it got.
fn keeping() -> Sim {
    let mut sim = Sim::new().executing(Duration::ZERO).every(Duration::from_secs(1));
    sim.mode.hang_up = HangUp::Restart;
    sim.spec.on(Event::shutdown(), note("shutdown"));
    sim.spec.on(Event::error(), note("error"));
    sim.spec.handover(|probe: &mut Probe, _| {
        probe.note("keep");
        probe.notes.borrow().iter().filter(|(_, note)| note == "tick").count()
    });
    sim.declare = |spec| {
        spec.setup(|cx| Err::<Probe, _>(format!("got {:?}", cx.handed_over::<usize>())));
    };
    sim.clock.trials.borrow_mut().push_back(Ok(()));
    sim
}

fn state(run: &Run) -> Option<usize> {
    let state = run.handed_over[0].state.as_ref();
    state.map(|state| state.read().expect("a number"))
}

/// The daemon is whole and has flushed what it wanted to flush; where the exec fails, the same image goes on with it.
#[test]
fn it_is_packed_between_shutdown_and_drop_and_the_next_daemon_gets_it() {
    let run = keeping().signal(2.5, Signal::HUP).run();
    assert_eq!(run.order(), ["tick", "tick", "tick", "shutdown", "keep", "drop"]);
    assert_eq!(state(&run), Some(3));
    assert_eq!(run.ended.reason.as_deref(), Some("setup failed: got Some(3)"), "the exec failed");
}

#[test]
fn the_interval_of_restarts_hands_over_too() {
    let mut sim = keeping();
    sim.spec.restart(Duration::from_secs(10));
    let run = sim.run();
    assert_eq!((run.handed_over[0].cause.as_str(), state(&run)), ("restart interval", Some(11)));
}

/// What a failure may have broken is not handed on, whoever asks for the restart in the end.
#[test]
fn fault_064_after_a_fatal_error_the_next_image_begins_anew() {
    for hang_up in [None, Some(21.0)] {
        let mut sim = keeping();
        sim.spec.on(
            Event::pre_execute(),
            |probe, _| {
                if probe.clock.mono.get() >= 20 * SECOND { Err("broken") } else { Ok(()) }
            },
        );
        if let Some(at) = hang_up {
            sim.clock.trials.borrow_mut().push_back(Ok(()));
            sim = sim.signal(at, Signal::HUP);
        }
        let run = sim.run();
        assert_eq!((run.times("keep"), state(&run)), (vec![], None));
        assert_eq!(run.ended.reason.as_deref(), Some("setup failed: got None"));
    }
}

fn boom(_: &mut Probe, _: &Context) {
    panic!("boom");
}

/// A hook that has panicked leaves a state that may be half done, even where the daemon goes on with it.
#[test]
fn fault_101_what_a_hook_has_panicked_in_is_not_handed_over() {
    let mut earlier = keeping();
    earlier.spec.on(Signal::USR2, boom).on_error(OnError::log());
    let earlier = earlier.signal(0.5, Signal::USR2).signal(2.5, Signal::HUP).run();
    assert_eq!(earlier.times("tick").len(), 3, "it went on");
    let mut last = keeping();
    last.spec.on(Event::shutdown(), boom);
    let last = last.signal(2.5, Signal::HUP).run();
    for run in [earlier, last] {
        assert_eq!((run.times("keep"), state(&run)), (vec![], None));
    }
    // An error is told, and nothing is known to be broken.
    let mut error = keeping();
    error.spec.on(Event::shutdown(), |_, _| Err::<(), _>("not flushed"));
    assert_eq!(state(&error.signal(2.5, Signal::HUP).run()), Some(3));
}

/// The restart goes on without it, and the error is told.
#[test]
fn fault_101_a_handover_that_panics_costs_the_state_and_no_more() {
    let mut sim = keeping();
    sim.spec.handover(|probe, _| -> u8 {
        probe.note("keep");
        panic!("boom")
    });
    let run = sim.signal(1.5, Signal::HUP).run();
    assert_eq!(run.order(), ["tick", "tick", "shutdown", "keep", "error", "drop"]);
    assert_eq!((run.handed_over.len(), state(&run)), (1, None));
}

/// A stop that comes while the old image lets go leaves nothing to hand over.
#[test]
fn fault_049_a_stop_wins_over_a_handover() {
    let mut sim = keeping();
    sim.spec.handover(|probe, _| probe.clock.signals.borrow_mut().push_back((probe.clock.mono.get(), Signal::TERM)));
    let run = sim.signal(1.5, Signal::HUP).run();
    assert!(run.handed_over.is_empty());
    assert_eq!(run.ended, Ended { exit: Exit::Clean, reason: None });
}

/// An image that got this, and what each of its hooks saw of it.
fn given(state: Kept) -> Run {
    let mut sim = Sim::new().executing(Duration::ZERO).every(Duration::from_secs(1));
    sim.inherited = Some(Inherited { believed: true, state: Some(state), ..Inherited::default() });
    let (clock, notes) = (Rc::clone(&sim.clock), Rc::clone(&sim.notes));
    let see = |probe: &mut Probe, cx: &Context| probe.note(format!("{:?}", cx.handed_over::<usize>()));
    sim.spec.setup(move |cx| {
        let mut probe = Probe { clock, notes };
        see(&mut probe, cx);
        probe
    });
    sim.spec.on(Event::init(), see).about("the same each time during the start");
    sim.spec.on(Event::pre_execute(), see).about("its memory is given back");
    sim.signal(0.5, Signal::TERM).run()
}

#[test]
fn it_is_there_during_the_start_and_gone_afterwards() {
    let run = given(Kept::of(&7_usize).expect("packed"));
    assert_eq!(run.order(), ["Some(7)", "Some(7)", "None", "tick", "drop"]);
}

/// Damaged, or of another type: the start is a cold one, and no failed one.
#[test]
fn fault_066_a_doubtful_state_is_a_cold_start() {
    let good = Kept::of(&7_usize).expect("packed");
    for doubtful in [Kept { bytes: vec![8], ..good.clone() }, Kept::of(&7_u8).expect("packed")] {
        let run = given(doubtful);
        assert_eq!(run.order(), ["None", "None", "None", "tick", "drop"]);
        assert_eq!(run.ended.exit, Exit::Clean);
    }
}

/// A `Deserialize` that panics is the author's code, too.
#[test]
fn fault_101_a_value_that_panics_while_it_is_read_is_a_cold_start() {
    struct Bomb;

    impl<'de> serde::Deserialize<'de> for Bomb {
        fn deserialize<D: serde::Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
            panic!("boom")
        }
    }

    let mut sim = Sim::new().executing(Duration::ZERO).every(Duration::from_secs(1));
    let kind = std::any::type_name::<Bomb>().to_owned();
    let state = Some(Kept { kind, ..Kept::of(&1_u8).expect("packed") });
    sim.inherited = Some(Inherited { believed: true, state, ..Inherited::default() });
    sim.spec.on(Event::init(), |probe, cx| probe.note(cx.handed_over::<Bomb>().map_or("cold", |_| "read")));
    assert_eq!(sim.signal(0.5, Signal::TERM).run().order(), ["cold", "tick", "drop"]);
}
