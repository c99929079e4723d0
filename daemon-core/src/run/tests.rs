//! A declared daemon, unchanged, under virtual time: whole days in milliseconds, signals included.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use super::{Ended, Parts, Runner, World};
use crate::clock::{Boot, Mono, Now, Wall};
use crate::context::{Cause, Context, Options, Watch};
use crate::engine::{Input, Mode};
use crate::error::{Error, Exit};
use crate::event::Event;
use crate::plan::{OnError, Plan};
use crate::plugin::Plugins;
use crate::schedule::Missed;
use crate::signal::Signal;
use crate::spec::Spec;
use crate::stats::Summary;

const SECOND: u64 = 1_000_000_000;

/// A clock that moves when it is told to, and a list of signals to come.
#[derive(Default)]
struct Clock {
    mono: Cell<u64>,
    /// How far the wall clock has been set off.
    wall: Cell<i64>,
    /// How long the machine has slept.
    slept: Cell<u64>,
    stops: Cell<usize>,
    signals: RefCell<VecDeque<(u64, Signal)>>,
}

impl Clock {
    fn pass(&self, nanos: u64) {
        self.mono.set(self.mono.get() + nanos);
    }

    fn seconds(&self) -> f64 {
        #[allow(clippy::cast_precision_loss, reason = "for comparing in tests")]
        let seconds = self.mono.get() as f64 / 1e9;
        seconds
    }
}

impl Watch for Clock {
    fn now(&self) -> Now {
        let mono = self.mono.get();
        let wall = Wall((1_700_000_000 * SECOND + mono).wrapping_add_signed(self.wall.get()));
        Now {
            mono: Mono(mono),
            boot: Boot(mono + self.slept.get()),
            wall,
        }
    }

    fn stops(&self) -> usize {
        self.stops.get()
    }
}

struct Virtual(Rc<Clock>);

impl Virtual {
    fn deliver(&self, until: u64, news: &mut VecDeque<Input>) -> bool {
        let mut signals = self.0.signals.borrow_mut();
        let due = signals.front().is_some_and(|(at, _)| *at <= until);
        if due && let Some((at, signal)) = signals.pop_front() {
            self.0.mono.set(self.0.mono.get().max(at));
            if matches!(signal, Signal::TERM | Signal::INT) {
                self.0.stops.set(self.0.stops.get() + 1);
            }
            news.push_back(Input::Signal(signal));
        }
        due
    }
}

impl World for Virtual {
    fn watch(&self) -> Rc<dyn Watch> {
        Rc::clone(&self.0) as Rc<dyn Watch>
    }

    fn now(&self) -> Now {
        self.0.now()
    }

    fn wait(&mut self, until: Option<Mono>, news: &mut VecDeque<Input>) {
        let until = until.map_or(u64::MAX, |until| until.0);
        if !self.deliver(until, news) {
            assert_ne!(until, u64::MAX, "the daemon waits for ever");
            self.0.mono.set(self.0.mono.get().max(until));
        }
    }

    fn poll(&mut self, news: &mut VecDeque<Input>) {
        while self.deliver(self.0.mono.get(), news) {}
    }
}

/// What the daemons of these tests do: each hook notes its name and the second.
struct Probe {
    clock: Rc<Clock>,
    notes: Rc<RefCell<Vec<(f64, String)>>>,
}

impl Probe {
    fn note(&self, what: impl Into<String>) {
        self.notes
            .borrow_mut()
            .push((self.clock.seconds(), what.into()));
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        self.note("drop");
    }
}

/// One run: what to declare, when signals come, how it ended.
struct Sim {
    clock: Rc<Clock>,
    notes: Rc<RefCell<Vec<(f64, String)>>>,
    spec: Spec<Probe>,
    mode: Mode,
}

impl Sim {
    fn new() -> Self {
        let (clock, notes) = (Rc::new(Clock::default()), Rc::default());
        let mut spec = Spec::default();
        spec.package("probe", "0.0.0");
        let (probe_clock, probe_notes) = (Rc::clone(&clock), Rc::clone(&notes));
        spec.setup(move |_| Probe {
            clock: probe_clock,
            notes: probe_notes,
        });
        Self {
            clock,
            notes,
            spec,
            mode: Mode {
                seed: 7,
                ..Mode::default()
            },
        }
    }

    /// An `execute` that takes this long.
    fn executing(mut self, took: Duration) -> Self {
        self.spec.execute(move |probe: &mut Probe, _| {
            probe.note("tick");
            probe
                .clock
                .pass(u64::try_from(took.as_nanos()).expect("a short time"));
        });
        self
    }

    fn every(mut self, interval: Duration) -> Self {
        self.spec.interval(interval);
        self
    }

    fn declare(mut self, more: impl FnOnce(&mut Spec<Probe>)) -> Self {
        more(&mut self.spec);
        self
    }

    fn signal(self, second: f64, signal: Signal) -> Self {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a second of a test"
        )]
        let at = (second * 1e9) as u64;
        self.clock.signals.borrow_mut().push_back((at, signal));
        self
    }

    fn run(self) -> Run {
        let plan = Rc::new(self.spec.plan);
        plan.check().expect("a good plan");
        let watch = Virtual(Rc::clone(&self.clock)).watch();
        let context = Context::new(
            &plan.name,
            plan.interval.value,
            Plugins::default(),
            Options::default(),
            watch,
        );
        let parts = Parts {
            plan,
            mode: self.mode,
            verbose: false,
            setup: self.spec.setup,
            hooks: self.spec.hooks,
            locks: Vec::new(),
            context,
        };
        let mut runner = Runner::new(Virtual(Rc::clone(&self.clock)), parts);
        let ended = runner.run();
        Run {
            ended,
            stats: runner.parts.context.stats(),
            notes: self.notes.take(),
        }
    }
}

struct Run {
    ended: Ended,
    stats: Summary,
    notes: Vec<(f64, String)>,
}

impl Run {
    fn times(&self, what: &str) -> Vec<f64> {
        self.notes
            .iter()
            .filter(|(_, note)| note == what)
            .map(|(at, _)| *at)
            .collect()
    }

    fn order(&self) -> Vec<&str> {
        self.notes.iter().map(|(_, note)| note.as_str()).collect()
    }
}

fn note(what: &'static str) -> impl FnMut(&mut Probe, &Context) + 'static {
    move |probe, _| probe.note(what)
}

/// A day at 1.5 s with a timer of ten minutes and a signal every hour.
#[test]
fn a_day_of_ticks_and_signals_in_milliseconds() {
    let mut sim = Sim::new()
        .executing(Duration::from_millis(200))
        .every(Duration::from_millis(1500))
        .declare(|spec| {
            spec.every(Duration::from_secs(600), note("tidy"));
            spec.on(Signal::USR2, note("asked"));
        });
    for hour in 0..24 {
        sim = sim.signal(f64::from(hour) * 3600.0 + 0.7, Signal::USR2);
    }
    let run = sim.signal(86_400.0, Signal::TERM).run();
    assert_eq!(
        run.ended,
        Ended {
            exit: Exit::Clean,
            reason: None
        }
    );
    assert_eq!(run.stats.iterations, 57_600);
    assert_eq!((run.stats.overruns, run.stats.missed), (0, 0));
    assert_eq!(run.times("asked").len(), 24);
    assert_eq!(
        run.times("tidy").len(),
        143,
        "the one due with the stop is not run"
    );
    let ticks = run.times("tick");
    assert!(
        ticks
            .iter()
            .enumerate()
            .all(|(n, at)| *at == f64::from(u32::try_from(n).expect("few")) * 1.5)
    );
    assert!(
        (run.stats.idle_share - (1.0 - 0.2 / 1.5)).abs() < 0.001,
        "{}",
        run.stats.idle_share
    );
}

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
        sim.spec
            .missed(missed)
            .execute(move |probe: &mut Probe, _| {
                probe.note("tick");
                probe.clock.pass(if std::mem::take(&mut first) {
                    2_500_000_000
                } else {
                    100_000_000
                });
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
                    probe
                        .clock
                        .wall
                        .set(probe.clock.wall.get() + jump * 1_000_000_000);
                }
                if cx.stats().iterations == 9 {
                    cx.stop();
                }
            });
            spec.every(Duration::from_secs(4), note("timer"));
        })
        .run();
    assert_eq!(
        run.times("tick"),
        (0..10).map(f64::from).collect::<Vec<_>>()
    );
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

/// The original started the next `execute` at any signal: bug 8.
#[test]
fn b08_a_signal_never_starts_an_iteration_early() {
    let mut sim = Sim::new()
        .executing(Duration::ZERO)
        .every(Duration::from_secs(10));
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
                probe.clock.stops.set(1);
                assert!(cx.stopping() && !cx.cancelled());
            });
        })
        .signal(0.4, Signal::TERM)
        .run();
    assert_eq!(
        run.order(),
        ["init", "pre", "tick", "post", "shutdown", "drop"]
    );
    assert_eq!(
        run.ended,
        Ended {
            exit: Exit::Clean,
            reason: None
        }
    );
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
    assert_eq!(
        run.order(),
        ["fast", "slow", "fast", "slow", "fast", "drop"]
    );
    assert_eq!(run.times("slow"), [1.5, 3.0]);
    assert_eq!(run.stats.iterations, 0);
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
    assert!(
        ticks.abs_diff(timers) <= 2 && ticks > 30,
        "{ticks} {timers}"
    );
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
    assert_eq!(
        run.times("idle").len(),
        10,
        "the original gave none below ten milliseconds: bug 11"
    );
    assert_eq!(run.stats.missed, 0);
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
            spec.on(Signal::USR2, |_, cx| {
                cx.set_interval(Duration::from_secs(2))
            });
            spec.on(Signal::HUP, |_, cx| {
                cx.set_interval(Duration::from_nanos(5))
            });
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
fn a_failing_hook_stops_the_daemon_with_its_own_code_after_all_are_told() {
    let run = Sim::new()
        .every(Duration::from_secs(1))
        .declare(|spec| {
            spec.execute(|probe, _| {
                probe.note("tick");
                Err(Error::new(Exit::NoInput, "gone"))
            });
            spec.on(Event::post_execute(), note("post"));
            spec.on(Event::error(), note("error"));
            spec.on(Event::shutdown(), note("shutdown"));
        })
        .run();
    assert_eq!(run.order(), ["tick", "error", "shutdown", "drop"]);
    assert_eq!(run.ended.exit, Exit::NoInput);
    assert!(
        run.ended.reason.is_some_and(
            |reason| reason.starts_with("execute (") && reason.ends_with("failed: gone")
        )
    );
    assert_eq!(run.stats.iterations, 1);
}

fn boom(_: &mut Probe, _: &Context) {
    panic!("boom");
}

#[test]
fn fault_101_a_panic_is_a_failure_and_a_failing_error_hook_does_not_call_itself() {
    let run = Sim::new()
        .every(Duration::from_secs(1))
        .declare(|spec| {
            spec.execute(boom);
            spec.on(Event::error(), |probe, cx| {
                probe.note("error");
                boom(probe, cx);
            });
        })
        .run();
    assert_eq!(run.order(), ["error", "drop"]);
    assert_eq!(run.ended.exit, Exit::Software);
    assert!(
        run.ended
            .reason
            .is_some_and(|reason| reason.ends_with("failed: panicked: boom"))
    );
}

#[test]
fn a_hook_may_go_on_after_an_error() {
    let run = Sim::new()
        .every(Duration::from_secs(1))
        .declare(|spec| {
            spec.execute(|probe, _| {
                probe.note("tick");
                Err::<(), _>("not yet")
            })
            .on_error(OnError::Log);
            spec.on(Event::error(), note("error"));
        })
        .signal(2.5, Signal::TERM)
        .run();
    assert_eq!(
        run.order(),
        ["tick", "error", "tick", "error", "tick", "error", "drop"]
    );
    assert_eq!(run.ended.exit, Exit::Clean);
}

#[test]
fn a_failed_setup_undoes_what_was_done_and_nothing_else() {
    let mut sim = Sim::new().executing(Duration::ZERO);
    sim.spec
        .setup(|_| Err::<Probe, _>(Error::new(Exit::Config, "no")));
    sim.spec.on(Event::shutdown(), note("shutdown"));
    let run = sim.run();
    assert_eq!(run.order(), Vec::<&str>::new());
    assert_eq!(
        run.ended,
        Ended {
            exit: Exit::Config,
            reason: Some("setup failed: no".into())
        }
    );
}

#[test]
fn once_is_one_iteration_and_its_exit_code() {
    let mut sim = Sim::new()
        .executing(Duration::from_secs(3))
        .every(Duration::from_secs(1));
    sim.mode.once = true;
    let run = sim.run();
    assert_eq!(run.times("tick"), [0.0]);
    assert_eq!(run.ended.exit, Exit::Clean);
    let mut sim = Sim::new();
    sim.mode.once = true;
    sim.spec.execute(|_, _| Err::<(), _>("no"));
    assert_eq!(sim.run().ended.exit, Exit::Software);
}

#[test]
fn hang_up_stops_only_what_a_terminal_started() {
    let run = |terminal| {
        let mut sim = Sim::new()
            .executing(Duration::ZERO)
            .every(Duration::from_secs(1));
        sim.mode.terminal = terminal;
        sim.signal(1.5, Signal::HUP).signal(3.5, Signal::TERM).run()
    };
    assert_eq!(run(true).times("tick"), [0.0, 1.0]);
    assert_eq!(run(false).times("tick"), [0.0, 1.0, 2.0, 3.0]);
}

#[test]
fn a_missed_deadline_is_an_error_and_no_end() {
    let run = Sim::new()
        .every(Duration::from_secs(10))
        .declare(|spec| {
            spec.execute(|probe, _| probe.clock.pass(2 * SECOND))
                .deadline(Duration::from_secs(1));
            spec.on(Event::error(), note("error"));
        })
        .signal(15.0, Signal::TERM)
        .run();
    assert_eq!(run.times("error"), [2.0, 12.0]);
    assert_eq!(run.ended.exit, Exit::Clean);
}

/// The declaration is plain data that can be compared and read.
#[test]
fn a_plan_says_what_was_declared() {
    let sim = Sim::new()
        .executing(Duration::ZERO)
        .every(Duration::from_secs(1));
    let plan: &Plan = sim.spec.plan();
    assert_eq!(plan.interval.value, Duration::from_secs(1));
    assert_eq!(plan.hooks.len(), 1);
}
