//! Calls of workers that have ended, and who is told.

use std::rc::Rc;

use super::{Action, Engine, Phase, Step};
use crate::context::Cause;
use crate::plan::Trigger;
use crate::worker::{Call, Ending, Failure};

impl Engine {
    /// A call has ended: its hooks run between other hooks, as soon as the loop comes to them.
    pub(super) fn on_call_ended(&mut self, call: Call, out: &mut Vec<Action>) {
        let steps = self.call_steps(&Rc::new(call), out);
        match self.phase {
            // The stages are queued already, and after them nobody is left to tell: so before them, and behind the calls
            // that ended before.
            Phase::Stopping | Phase::Restarting => {
                let of_calls = |step: &&Step| matches!(step, Step::Hook { cause: Cause::Call(_), .. });
                let mut later = self.queue.split_off(self.queue.iter().take_while(of_calls).count());
                self.queue.extend(steps);
                self.queue.append(&mut later);
            }
            _ => self.calls.extend(steps),
        }
    }

    fn call_steps(&mut self, call: &Rc<Call>, out: &mut Vec<Action>) -> Vec<Step> {
        let mut hooks = match call.failure() {
            None => self.hooks_for(Ending::Returned, call),
            Some(Failure::TimedOut(_)) => self.hooks_for(Ending::TimedOut, call),
            Some(_) => Vec::new(),
        };
        if let (Some(failure), true) = (call.failure(), hooks.is_empty()) {
            hooks = self.hooks_for(Ending::Failed, call);
            // Nobody asks for it, so somebody must hear of it.
            if hooks.is_empty() && !call.is_watched() {
                self.report(format!("{} call {} failed: {failure}", call.method(), call.id()), out);
            }
        }
        if !self.born {
            return Vec::new();
        }
        hooks.into_iter().map(|hook| Step::Hook { hook, cause: Cause::Call(Rc::clone(call)) }).collect()
    }

    fn hooks_for(&self, ending: Ending, call: &Call) -> Vec<usize> {
        let wanted = Trigger::Call(ending, call.key);
        self.plan.hooks.iter().enumerate().filter(|(_, hook)| hook.trigger == wanted).map(|(index, _)| index).collect()
    }
}
