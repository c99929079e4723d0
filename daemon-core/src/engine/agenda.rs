//! Which hooks belong to which trigger, worked out once, so that no tick has to search.

use crate::event::Event;
use crate::plan::{Plan, Trigger};
use crate::signal::Signal;

/// Hooks by trigger, as indices into the plan, in declared order.
pub(crate) struct Agenda {
    /// There is an `execute`.
    pub(crate) executes: bool,
    /// `pre_execute`, `execute` and `post_execute`, in the order in which an iteration runs them.
    pub(crate) iteration: Vec<usize>,
    pub(crate) init: Vec<usize>,
    pub(crate) idle: Vec<usize>,
    pub(crate) signal: Vec<usize>,
    pub(crate) error: Vec<usize>,
    pub(crate) lock_lost: Vec<usize>,
    pub(crate) shutdown: Vec<usize>,
    by_signal: Vec<(Signal, usize)>,
}

impl Agenda {
    pub(crate) fn of(plan: &Plan) -> Self {
        let on = |event: Event| with(plan, Trigger::Event(event));
        let execute = with(plan, Trigger::Tick);
        let executes = !execute.is_empty();
        // Without `execute` there are no iterations, so nothing comes before or after them.
        let iteration =
            if executes { [on(Event::pre_execute()), execute, on(Event::post_execute())].concat() } else { Vec::new() };
        let by_signal = plan.hooks.iter().enumerate().filter_map(|(index, hook)| match hook.trigger {
            Trigger::Signal(signal) => Some((signal, index)),
            _ => None,
        });
        Self {
            executes,
            iteration,
            init: on(Event::init()),
            idle: on(Event::idle()),
            signal: on(Event::signal()),
            error: on(Event::error()),
            lock_lost: on(Event::lock_lost()),
            shutdown: on(Event::shutdown()),
            by_signal: by_signal.collect(),
        }
    }

    /// The hooks of one signal, then those of all signals.
    pub(crate) fn for_signal(&self, signal: Signal) -> impl Iterator<Item = usize> {
        let own = self.by_signal.iter().filter(move |(wanted, _)| *wanted == signal).map(|(_, index)| *index);
        own.chain(self.signal.iter().copied())
    }
}

fn with(plan: &Plan, trigger: Trigger) -> Vec<usize> {
    plan.hooks.iter().enumerate().filter(|(_, hook)| hook.trigger == trigger).map(|(index, _)| index).collect()
}
