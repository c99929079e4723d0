//! The state machine alone: what it asks for at each moment. Whole lives are tested in `run`, under virtual time.

use super::*;
use crate::context::{Ask, Cause};
use crate::error::Error;
use crate::lock::Held;
use crate::lock::Holder;
use crate::lock::{Acquired, Renewal};
use crate::plan::{Hook, Place, Trigger};

const SECOND: u64 = 1_000_000_000;

/// An engine, and what it last asked for.
struct Table {
    engine: Engine,
    out: Vec<Action>,
}

impl Table {
    fn new(mode: Mode, change: impl FnOnce(&mut Plan)) -> Self {
        let mut plan = Plan { name: "x".into(), ..Plan::default() };
        plan.hooks.push(Hook::new(Trigger::Tick, Place::here()));
        plan.interval.declare(Duration::from_secs(1));
        // Limits have tests of their own.
        plan.start_timeout.declare(Duration::ZERO);
        change(&mut plan);
        Self { engine: Engine::new(Rc::new(plan), mode), out: Vec::new() }
    }

    fn tell(&mut self, nanos: u64, input: Input) -> &[Action] {
        self.out.clear();
        self.engine.step(Mono(nanos), input, &mut self.out);
        &self.out
    }

    fn done(&mut self, nanos: u64) -> &[Action] {
        self.tell(nanos, Input::Done(Ok(())))
    }

    fn held(&mut self, nanos: u64) -> &[Action] {
        let reply = Reply::Acquired(Acquired::Held(Held::default()));
        self.tell(nanos, Input::Reply { source: Source::Lock(0), reply })
    }

    fn started(mode: Mode) -> Self {
        let locks = mode.locks;
        let mut table = Self::new(mode, |_| {});
        table.tell(0, Input::Start);
        table.done(0);
        if locks > 0 {
            table.held(0);
        }
        table.done(0);
        table.done(0);
        table
    }
}

fn run(step: Step) -> Action {
    Action::Run(step)
}

const TICK: Step = Step::Hook { hook: 0, cause: Cause::Tick };

#[test]
fn a_start_goes_through_its_stages_in_order() {
    let mut table = Table::new(Mode { locks: 2, ..Mode::default() }, |plan| plan.plugins = 1);
    assert_eq!(table.tell(0, Input::Start), [run(Step::CheckEnvironment)]);
    assert_eq!(table.done(0), [run(Step::Acquire(0))]);
    assert_eq!(table.held(0), [run(Step::Acquire(1))]);
    let reply = Reply::Acquired(Acquired::Held(Held::default()));
    assert_eq!(table.tell(0, Input::Reply { source: Source::Lock(1), reply }), [run(Step::OpenLog)]);
    assert_eq!(table.done(0), [run(Step::PluginSetup(0))]);
    assert_eq!(table.done(0), [run(Step::Setup)]);
    assert_eq!(table.done(0), [Action::Ready, run(TICK)]);
}

/// Nothing of the author's, not even a plugin's look at the environment, runs before the change of user; and nothing at
/// all runs after one that failed.
#[test]
fn fault_117_the_user_is_changed_after_the_files_and_before_the_authors_code() {
    let mode = Mode { locks: 1, pid_file: true, becomes: true, ..Mode::default() };
    let mut table = Table::new(mode.clone(), |plan| plan.plugins = 1);
    assert_eq!(table.tell(0, Input::Start), [run(Step::Acquire(0))]);
    assert_eq!(table.held(0), [run(Step::OpenLog)]);
    let order = [
        Step::WritePid,
        Step::DropPrivileges,
        Step::OpenLog,
        Step::CheckEnvironment,
        Step::PluginSetup(0),
        Step::Setup,
    ];
    for step in order {
        assert_eq!(table.done(0), [run(step)]);
    }
    assert_eq!(table.done(0), [Action::Ready, run(TICK)]);
    let mut table = Table::new(mode, |plan| plan.plugins = 1);
    table.tell(0, Input::Start);
    table.held(0);
    table.done(0);
    assert_eq!(table.done(0), [run(Step::DropPrivileges)]);
    let failed = Input::Done(Err(Error::new(Exit::NoPermission, "setgroups: no")));
    assert_eq!(table.tell(0, failed).last(), Some(&run(Step::RemovePid)));
    assert_eq!(table.done(0), [run(Step::Release(0))]);
    assert_eq!(table.done(0), [Action::Exit(Exit::NoPermission, Some("setgroups: no".into()))]);
}

#[test]
fn a_stop_undoes_the_stages_in_reverse_and_gives_the_lock_back_last() {
    let mut table = Table::new(Mode { locks: 1, ..Mode::default() }, |plan| plan.plugins = 2);
    table.tell(0, Input::Start);
    table.done(0);
    table.held(0);
    (0..4).for_each(|_| {
        table.done(0);
    });
    table.done(1);
    assert_eq!(table.tell(2, Input::Signal(Signal::TERM)).last(), Some(&run(Step::Drop)));
    assert_eq!(table.done(3), [run(Step::PluginTeardown(1))]);
    assert_eq!(table.done(3), [run(Step::PluginTeardown(0))]);
    assert_eq!(table.done(3), [run(Step::Release(0))]);
    assert_eq!(table.done(3), [Action::Exit(Exit::Clean, None)]);
}

/// Whatever stage a TERM meets, that stage ends, the rest is left out, and what was reached is undone: fault 47.
#[test]
fn fault_047_a_stop_at_every_stage_of_the_start() {
    for stage in 0..6 {
        let mut table = Table::new(Mode { locks: 1, ..Mode::default() }, |plan| plan.plugins = 2);
        table.tell(0, Input::Start);
        let mut steps = Vec::new();
        for at in 0.. {
            if at == stage {
                let out = table.tell(1, Input::Signal(Signal::TERM));
                assert!(!out.iter().any(|action| matches!(action, Action::Run(_))), "one step at a time: {out:?}");
            }
            let acquiring = matches!(table.engine.running, Some((Step::Acquire(_), _)));
            let out = if acquiring { table.held(1) } else { table.done(1) }.to_vec();
            match out.last() {
                Some(Action::Run(step)) => steps.push(step.clone()),
                Some(Action::Exit(exit, None)) => {
                    assert_eq!(*exit, Exit::Clean);
                    break;
                }
                other => panic!("{other:?}"),
            }
        }
        let ran = |step: Step| steps.contains(&step);
        assert_eq!(ran(Step::Release(0)), stage >= 1, "stage {stage}: {steps:?}");
        assert_eq!(ran(Step::PluginTeardown(0)), stage >= 3, "stage {stage}: {steps:?}");
        assert_eq!(ran(Step::PluginTeardown(1)), stage >= 4, "stage {stage}: {steps:?}");
        assert_eq!(ran(Step::Drop), stage >= 5, "stage {stage}: {steps:?}");
        assert!(!ran(TICK), "stage {stage}: {steps:?}");
    }
}

#[test]
fn a_busy_lock_ends_the_start_and_quietly_if_asked() {
    let busy = || Input::Reply { source: Source::Lock(0), reply: Reply::Acquired(Acquired::Busy(Holder::default())) };
    let mut table = Table::new(Mode { locks: 1, ..Mode::default() }, |_| {});
    table.tell(0, Input::Start);
    table.done(0);
    let reason = "already running: another process holds the lock";
    assert_eq!(table.tell(0, busy()).last(), Some(&Action::Exit(Exit::TempFail, Some(reason.into()))));
    let mut table = Table::new(Mode { locks: 1, quiet_if_locked: true, ..Mode::default() }, |_| {});
    table.tell(0, Input::Start);
    table.done(0);
    assert_eq!(table.tell(0, busy()), [Action::Stopping, Action::Exit(Exit::Clean, None)]);
}

#[test]
fn fault_019_the_lock_is_looked_at_before_a_tick_and_at_most_once_a_second() {
    let mut table = Table::started(Mode { locks: 1, ..Mode::default() });
    assert!(matches!(table.done(1), [Action::Count(_), Action::Wait(Some(Mono(SECOND)))]));
    assert_eq!(table.tell(SECOND, Input::Woken), [run(Step::Renew(0))]);
    let held = Reply::Renewed(Renewal::Held(Held::default()));
    assert_eq!(table.tell(SECOND, Input::Reply { source: Source::Lock(0), reply: held }), [run(TICK)]);
    table.done(SECOND + 1);
    table.tell(2 * SECOND, Input::Woken);
    let lost = Reply::Renewed(Renewal::Lost("gone".into()));
    let out = table.tell(2 * SECOND, Input::Reply { source: Source::Lock(0), reply: lost });
    assert_eq!(out.last(), Some(&run(Step::Drop)), "no further tick: {out:?}");
    table.done(2 * SECOND);
    let out = table.done(2 * SECOND);
    assert_eq!(out, [Action::Exit(Exit::TempFail, Some("the lock is lost: gone".into()))]);
}

/// However many ask, the variables are written at once and then once a second: fault 48.
#[test]
fn fault_048_dumps_are_at_most_one_a_second() {
    let mut table = Table::started(Mode::default());
    table.done(1);
    let mut dumps = Vec::new();
    for n in 0..10_000u64 {
        let at = n * 300_000;
        if table.tell(at, Input::Signal(Signal::USR1)).contains(&Action::Dump) {
            dumps.push(at);
        }
        if matches!(table.engine.running, Some((TICK, _))) {
            table.done(at);
        }
    }
    assert_eq!(dumps, [0, 1_000_200_000, 2_000_400_000]);
    // The last ones asked in vain so far: they are answered when the second is over.
    assert_eq!(table.tell(3_000_400_000, Input::Woken)[0], Action::Dump);
}

#[test]
fn signals_are_flags() {
    let mut table = Table::new(Mode::default(), |plan| {
        plan.hooks.push(Hook::new(Trigger::Signal(Signal::USR2), Place::here()));
    });
    table.tell(0, Input::Start);
    (0..3).for_each(|_| {
        table.done(0);
    });
    // While the tick runs a hundred of them arrive.
    (0..100).for_each(|_| assert!(table.tell(1, Input::Signal(Signal::USR2)).is_empty()));
    let hook = run(Step::Hook { hook: 1, cause: Cause::Signal(Signal::USR2) });
    assert_eq!(table.done(2).last(), Some(&hook));
    assert!(matches!(table.done(3).last(), Some(Action::Wait(_))));
}

/// A long random life: one step at a time, never an action that leads nowhere, and a stop always ends.
#[test]
fn random_inputs_never_confuse_it() {
    for seed in 1..=300u64 {
        let mut table = Table::started(Mode { locks: 1, seed, ..Mode::default() });
        let (mut at, mut random) = (1u64, seed);
        for _ in 0..400 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            at += (random >> 40) * 100;
            let input = match random >> 61 {
                0 => {
                    Input::Signal([Signal::USR1, Signal::HUP, Signal::CONT, Signal::USR2][(random >> 32) as usize & 3])
                }
                1 => Input::Ask(Ask::SetInterval(Duration::from_millis(random >> 54))),
                2 => Input::Ask(Ask::Error("x".into())),
                _ => Input::Woken,
            };
            let was_running = table.engine.running.is_some();
            let ends = |out: &[Action]| out.iter().filter(|a| matches!(a, Action::Run(_) | Action::Wait(_))).count();
            assert_eq!(ends(table.tell(at, input)), usize::from(!was_running), "seed {seed}");
            if let Some((step, _)) = table.engine.running.clone() {
                let held = Reply::Renewed(Renewal::Held(Held::default()));
                let reply = Input::Reply { source: Source::Lock(0), reply: held };
                let answer = if matches!(step, Step::Renew(_)) { reply } else { Input::Done(Ok(())) };
                assert_eq!(ends(table.tell(at + 1, answer)), 1, "seed {seed}");
            }
        }
        table.tell(at, Input::Signal(Signal::TERM));
        let ended = (0..10).any(|_| {
            let out = match table.engine.running.clone() {
                Some((Step::Renew(_), _)) => table.tell(
                    at,
                    Input::Reply { source: Source::Lock(0), reply: Reply::Renewed(Renewal::Held(Held::default())) },
                ),
                _ => table.done(at),
            };
            matches!(out.last(), Some(Action::Exit(Exit::Clean, None)))
        });
        assert!(ended, "seed {seed}: a stop did not end");
    }
}

/// A row of restarts is no way around the pause between two dumps.
#[test]
fn the_pause_between_dumps_holds_over_a_restart() {
    let mut table = Table::started(Mode { dumped: Some(Mono(0)), ..Mode::default() });
    table.done(0);
    assert_eq!(table.tell(SECOND / 2, Input::Signal(Signal::USR1)), [Action::Wait(Some(Mono(SECOND)))]);
    assert_eq!(table.tell(SECOND, Input::Woken)[0], Action::Dump);
    assert_eq!(table.engine.dumped(), Some(Mono(SECOND)));
}
