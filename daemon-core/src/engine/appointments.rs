//! Hooks that follow the wall clock. When each is due comes in as an answer: the engine knows the monotonic clock only.

use super::{Action, Engine, Step};
use crate::clock::Mono;
use crate::context::Cause;
use crate::plan::Trigger;
use crate::stats::Due;

/// A hook of the calendar, and when it runs next: `None` until that is told, or when it never comes again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Appointment {
    pub(super) hook: usize,
    pub(super) at: Option<Mono>,
}

impl Engine {
    /// Asks for the first appointment of each hook of the calendar.
    pub(super) fn ask_appointments(&mut self, out: &mut Vec<Action>) {
        let hooks = self.plan.hooks.iter().enumerate().filter(|(_, row)| row.trigger.follows_wall_clock());
        self.appointments = hooks.map(|(hook, _)| Appointment { hook, at: None }).collect();
        out.extend(self.appointments.iter().map(|appointment| Action::Appoint(appointment.hook)));
    }

    pub(super) fn on_appointed(&mut self, hook: usize, at: Option<Mono>) {
        if let Some(appointment) = self.appointments.iter_mut().find(|appointment| appointment.hook == hook) {
            appointment.at = at;
        }
    }

    pub(super) fn on_clock_set(&self, out: &mut Vec<Action>) {
        if !self.appointments.is_empty() {
            out.push(Action::Reappoint);
        }
    }

    pub(super) fn begin_appointment(&mut self, index: usize, out: &mut Vec<Action>) {
        let appointment = &mut self.appointments[index];
        appointment.at = None;
        self.timer_ran = true;
        out.push(Action::Appoint(appointment.hook));
        self.queue.push_back(Step::Hook { hook: appointment.hook, cause: Cause::Cron });
    }

    /// The appointments, for those who list what is due.
    pub(super) fn appointments_due(&self) -> impl Iterator<Item = Due> + '_ {
        let row = |trigger: Trigger, at| Due { trigger, at };
        self.appointments.iter().filter_map(move |one| Some(row(self.plan.hooks[one.hook].trigger, one.at?)))
    }
}
