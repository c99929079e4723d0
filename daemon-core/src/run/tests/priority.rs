//! When the process priority is changed, and what happens where it may not be.

use super::*;
use crate::nice::Nice;

fn auto(interval: Duration) -> Sim {
    Sim::new().executing(Duration::from_millis(1)).every(interval).declare(|spec| {
        spec.nice(Nice::auto());
    })
}

#[test]
fn nothing_is_touched_unless_it_is_declared() {
    let run = Sim::new().executing(Duration::ZERO).every(Duration::from_millis(10)).signal(5.0, Signal::TERM).run();
    assert_eq!(run.niceness, []);
}

#[test]
fn the_interval_decides_and_again_when_it_changes() {
    let change = |millis| move |_: &mut Probe, cx: &Context| cx.set_interval(Duration::from_millis(millis));
    let run = auto(Duration::from_secs(2))
        .declare(|spec| {
            spec.on(Signal::USR2, change(50));
            spec.on(Signal::WINCH, change(5_000));
            spec.on(Signal::ALRM, change(6_000));
        })
        .signal(10.5, Signal::USR2)
        .signal(20.5, Signal::WINCH)
        .signal(30.5, Signal::ALRM)
        .signal(40.0, Signal::TERM)
        .run();
    // From 5 s to 6 s nothing changes, so nothing is done.
    assert_eq!(run.niceness, [(0.0, -2), (10.5, -5), (20.5, 0)]);
}

#[test]
fn a_declared_niceness_is_set_once() {
    let run = Sim::new()
        .executing(Duration::ZERO)
        .every(Duration::from_secs(1))
        .declare(|spec| {
            spec.nice(7);
        })
        .signal(50.0, Signal::TERM)
        .run();
    assert_eq!(run.niceness, [(0.0, 7)]);
}

/// Iterations begin 150 ms late up to second 25, each of an interval of 1 s; from then on in time.
#[test]
fn while_iterations_are_late_the_priority_is_raised_and_then_lowered_again() {
    let run = auto(Duration::from_secs(1))
        .declare(|spec| {
            spec.on(Event::idle(), |probe: &mut Probe, cx: &Context| {
                if probe.clock.seconds() < 25.0 {
                    let left = cx.time_left().expect("an interval");
                    probe.clock.pass(u64::try_from(left.as_nanos()).expect("a short time") + 150_000_000);
                }
            });
        })
        .signal(300.5, Signal::TERM)
        .run();
    let steps: Vec<i32> = run.niceness.iter().map(|(_, niceness)| *niceness).collect();
    assert_eq!(steps, [-3, -4, -5, -4, -3], "{:?}", run.niceness);
    // Ten late ones, ten more, a hundred punctual ones, a hundred more.
    let seconds: Vec<i64> = run.niceness.iter().map(|(at, _)| whole(*at)).collect();
    assert_eq!(seconds, [0, 10, 20, 125, 225]);
}

#[allow(clippy::cast_possible_truncation, reason = "a second of a test")]
fn whole(second: f64) -> i64 {
    second as i64
}

/// Not allowed: it was tried once, and the daemon goes on as it is.
#[test]
fn a_refusal_is_heard_once() {
    let sim = auto(Duration::from_millis(10));
    sim.clock.least_nice.set(0);
    let run = sim
        .declare(|spec| {
            spec.on(Signal::USR2, |_, cx| cx.set_interval(Duration::from_secs(1)));
        })
        .signal(5.0, Signal::USR2)
        .signal(10.0, Signal::TERM)
        .run();
    assert_eq!(run.niceness, [(0.0, -5)]);
    assert_eq!(run.ended.exit, Exit::Clean);
    assert!(run.stats.iterations > 500);
}
