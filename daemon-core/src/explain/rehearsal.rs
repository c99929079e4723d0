//! A life of the daemon, played through by the engine alone: every step succeeds at once, and nothing is carried out.

use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use crate::clock::Mono;
use crate::engine::{Action, Engine, HangUp, Input, Mode, Reply, Source, Step};
use crate::lock::{Acquired, Held, Renewal};
use crate::nice::Nice;
use crate::plan::Plan;
use crate::signal::Signal;

/// So that an engine that asks for more and more is not rehearsed for ever.
const LONGEST: usize = 100_000;

/// The steps of a life, as the engine asks for them.
pub(super) struct Rehearsal {
    pub(super) start: Vec<Step>,
    pub(super) iteration: Vec<Step>,
    /// Up to the exec; `None` where a hang-up does not restart.
    pub(super) restart: Option<Vec<Step>>,
    pub(super) stop: Vec<Step>,
}

impl Rehearsal {
    pub(super) fn of(plan: &Plan, mode: &Mode) -> Self {
        let mut plan = plan.clone();
        // The interval decides about it, and is about to be another.
        if plan.nice.value == Nice::auto() {
            plan.nice.value = Nice::of_interval(plan.interval.value).into();
        }
        // One iteration and then a pause, whatever is declared: in it the signal comes.
        plan.interval.value = Duration::from_secs(3600);
        let plan = Rc::new(plan);
        let [start, iteration, stop] = play(&plan, mode, Signal::TERM);
        let restart = (mode.hang_up == HangUp::Restart).then(|| {
            let [_, _, restart] = play(&plan, mode, Signal::HUP);
            restart
        });
        Self { start, iteration, restart, stop }
    }
}

/// The start, one iteration, and what `signal` brings up to the end of this image.
fn play(plan: &Rc<Plan>, mode: &Mode, signal: Signal) -> [Vec<Step>; 3] {
    let mut engine = Engine::new(Rc::clone(plan), mode.clone());
    let mut inbox = VecDeque::from([Input::Start]);
    let mut acts: [Vec<Step>; 3] = Default::default();
    let (mut act, mut out) = (0, Vec::new());
    for _ in 0..LONGEST {
        engine.step(Mono::default(), inbox.pop_front().unwrap_or(Input::Woken), &mut out);
        for action in out.drain(..) {
            match action {
                Action::Ready => act = 1,
                Action::Preflight => inbox.push_back(Input::Preflight(Ok(()))),
                Action::Run(Step::Exec) => {
                    acts[act].push(Step::Exec);
                    return acts;
                }
                Action::Run(step) => {
                    inbox.push_back(success(&step));
                    acts[act].push(step);
                }
                Action::Wait(_) if !inbox.is_empty() => {}
                Action::Wait(_) if act == 1 => {
                    act = 2;
                    inbox.push_back(Input::Signal(signal));
                }
                Action::Wait(_) | Action::Exit(..) => return acts,
                _ => {}
            }
        }
    }
    acts
}

fn success(step: &Step) -> Input {
    let reply = |lock, reply| Input::Reply { source: Source::Lock(lock), reply };
    match step {
        Step::Acquire(lock) => reply(*lock, Reply::Acquired(Acquired::Held(Held::default()))),
        Step::Renew(lock) => reply(*lock, Reply::Renewed(Renewal::Held(Held::default()))),
        Step::Drain { .. } => Input::Drained,
        _ => Input::Done(Ok(())),
    }
}
