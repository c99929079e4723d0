//! Hooks that follow the wall clock.

use super::*;
use crate::cron_line;

const HOUR: u64 = 3_600;
/// The wall clock of these tests begins on 2023-11-14 at 22:13:20 UTC.
const TO_MIDNIGHT: u64 = 6_400;

fn nightly(hours: u64) -> Sim {
    let sim = Sim::new().declare(|spec| {
        spec.cron(cron_line!("0 3 * * *"), |probe: &mut Probe, cx: &Context| {
            assert_eq!(cx.cause(), Cause::Cron);
            probe.note("nightly");
        })
        .zone("UTC");
    });
    #[allow(clippy::cast_precision_loss, reason = "a second of a test")]
    sim.signal((hours * HOUR) as f64, Signal::TERM)
}

#[allow(clippy::cast_precision_loss, reason = "a second of a test")]
fn at(days: u64) -> f64 {
    (TO_MIDNIGHT + 3 * HOUR + days * 24 * HOUR) as f64
}

#[test]
fn a_hook_of_cron_runs_at_its_time_each_day() {
    let run = nightly(72).run();
    assert_eq!(run.times("nightly"), [at(0), at(1), at(2)]);
    assert_eq!(run.ended.exit, Exit::Clean);
}

#[test]
fn fault_067_a_wall_clock_that_is_set_repeats_nothing_and_leaves_nothing_out() {
    let set = |sets: &[(u64, i64)]| {
        let sim = nightly(48);
        let sets = sets.iter().map(|(at, by)| (at * SECOND, by * 1_000_000_000));
        sim.clock.clock_sets.borrow_mut().extend(sets);
        sim.run().times("nightly")
    };
    let midnight = TO_MIDNIGHT;
    // An hour forward at midnight: an hour earlier on the monotonic clock.
    assert_eq!(set(&[(midnight, 3_600)]), [at(0) - 3_600.0, at(1) - 3_600.0]);
    // Beyond the time, within three hours: at once.
    assert_eq!(set(&[(midnight + HOUR, 9_000)])[0], (midnight + HOUR) as f64);
    // Back after it ran: not a second time that day.
    assert_eq!(set(&[(midnight + 4 * HOUR, -7_200)]), [at(0), at(1) + 7_200.0]);
}

/// A restart that came to nothing: the same image makes a new daemon, which waits for what the old one waited for.
#[test]
fn fault_058_what_was_waited_for_is_waited_for_again() {
    let mut sim = Sim::new()
        .signal((TO_MIDNIGHT + 2 * HOUR) as f64, Signal::HUP)
        .signal((TO_MIDNIGHT + 26 * HOUR) as f64, Signal::TERM);
    sim.mode.hang_up = HangUp::Restart;
    sim.clock.trials.borrow_mut().push_back(Ok(()));
    sim.declare = |spec| {
        spec.setup(|_| Probe { clock: Rc::default(), notes: Rc::default() });
        spec.cron(cron_line!("0 3 * * *"), |_, cx: &Context| cx.stop()).zone("UTC");
    };
    let run = sim
        .declare(|spec| {
            spec.cron(cron_line!("0 3 * * *"), note("never here")).zone("UTC");
        })
        .run();
    assert_eq!(run.stats.uptime, Duration::from_secs(TO_MIDNIGHT + 3 * HOUR), "it stopped when it was due");
}

#[test]
fn a_hook_of_cron_and_an_interval_share_the_loop() {
    let ran = Sim::new()
        .every(Duration::from_secs(60))
        .executing(Duration::ZERO)
        .declare(|spec| {
            spec.cron(cron_line!("*/5 * * * *"), note("five")).zone("UTC");
        })
        .signal(1_001.0, Signal::TERM)
        .run();
    assert_eq!(ran.times("five"), [100.0, 400.0, 700.0, 1_000.0]);
    assert_eq!(ran.times("tick").len(), 17);
}
