//! What signals do, and what they leave alone.

use super::*;

/// A day at 1.5 s with a timer of ten minutes and a signal every hour.
#[test]
fn a_day_of_ticks_and_signals_in_milliseconds() {
    let mut sim = Sim::new().executing(Duration::from_millis(200)).every(Duration::from_millis(1500)).declare(|spec| {
        spec.every(Duration::from_secs(600), note("tidy"));
        spec.on(Signal::USR2, note("asked"));
    });
    for hour in 0..24 {
        sim = sim.signal(f64::from(hour) * 3600.0 + 0.7, Signal::USR2);
    }
    let run = sim.signal(86_400.0, Signal::TERM).run();
    assert_eq!(run.ended, Ended { exit: Exit::Clean, reason: None });
    assert_eq!(run.stats.iterations, 57_600);
    assert_eq!((run.stats.overruns, run.stats.missed), (0, 0));
    assert_eq!(run.times("asked").len(), 24);
    assert_eq!(run.times("tidy").len(), 143, "the one due with the stop is not run");
    let ticks = run.times("tick");
    assert!(ticks.iter().enumerate().all(|(n, at)| *at == f64::from(u32::try_from(n).expect("few")) * 1.5));
    assert!((run.stats.idle_share - (1.0 - 0.2 / 1.5)).abs() < 0.001, "{}", run.stats.idle_share);
}

/// The original started the next `execute` at any signal: bug 8.
#[test]
fn b08_a_signal_never_starts_an_iteration_early() {
    let mut sim = Sim::new().executing(Duration::ZERO).every(Duration::from_secs(10));
    for n in 1..100 {
        let signal = [Signal::USR1, Signal::USR2, Signal::CONT, Signal::HUP][n % 4];
        sim = sim.signal(f64::from(u32::try_from(n).expect("few")) * 0.3, signal);
    }
    let run = sim.signal(30.5, Signal::INT).run();
    assert_eq!(run.times("tick"), [0.0, 10.0, 20.0, 30.0]);
}

#[test]
fn fault_046_a_stop_lets_the_iteration_end_and_nothing_else_begin() {
    let run = Sim::new()
        .every(Duration::from_secs(1))
        .declare(|spec| {
            spec.on(Event::pre_execute(), note("pre"));
            spec.on(Event::post_execute(), note("post"));
            spec.on(Event::idle(), note("idle"));
            spec.on(Event::init(), note("init"));
            spec.on(Event::shutdown(), note("shutdown"));
            spec.execute(|probe, cx| {
                probe.note("tick");
                assert!(!cx.stopping());
                // TERM comes while we work.
                probe.clock.pass(500_000_000);
                assert!(cx.stopping() && !cx.cancelled());
            });
        })
        .signal(0.4, Signal::TERM)
        .run();
    assert_eq!(run.order(), ["init", "pre", "tick", "post", "shutdown", "drop"]);
    assert_eq!(run.ended, Ended { exit: Exit::Clean, reason: None });
}

#[test]
fn hang_up_stops_only_what_a_terminal_started() {
    let run = |hang_up| {
        let mut sim = Sim::new().executing(Duration::ZERO).every(Duration::from_secs(1));
        sim.mode.hang_up = hang_up;
        sim.signal(1.5, Signal::HUP).signal(3.5, Signal::TERM).run()
    };
    assert_eq!(run(HangUp::Stop).times("tick"), [0.0, 1.0]);
    assert_eq!(run(HangUp::Ignore).times("tick"), [0.0, 1.0, 2.0, 3.0]);
}
