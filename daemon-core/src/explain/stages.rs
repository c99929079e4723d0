//! What a step is, and how long it may take, in words.

use crate::account::Account;
use crate::directory;
use crate::duration::Pretty;
use crate::engine::Step;
use crate::error::Error;
use crate::explain::Circumstances;
use crate::log::LogTo;
use crate::plan::Plan;
use crate::standing::Standing;

/// Tells of the steps of one plan.
pub(super) struct Stages<'a> {
    plan: &'a Plan,
    lock: String,
    log: String,
    pid_file: String,
    quiet_if_locked: bool,
}

impl<'a> Stages<'a> {
    pub(super) fn new(plan: &'a Plan, here: &Circumstances<'_>) -> Result<Self, Error> {
        let lock = match plan.lock_file()? {
            Some(path) => format!("file {}", path.display()),
            None => plan.lock.value.to_string(),
        };
        let log = if here.standing == Standing::Detached && plan.log.value == LogTo::nowhere() {
            directory::background_log(&plan.name)?.display().to_string()
        } else {
            plan.log.value.to_string()
        };
        let pid_file = here.options.pid_file.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
        let quiet_if_locked = here.options.quiet_if_locked;
        Ok(Self { plan, lock, log, pid_file, quiet_if_locked })
    }

    /// Without plugins nobody looks at the environment, though the engine asks.
    pub(super) const fn does_something(&self, step: &Step) -> bool {
        !matches!(step, Step::CheckEnvironment) || self.plan.plugins > 0
    }

    pub(super) fn text(&self, step: &Step) -> String {
        let plugin = |index: &usize| format!("plugin {} of {}", index + 1, self.plan.plugins);
        match step {
            Step::CheckEnvironment => "plugins look whether they can work here".into(),
            Step::Acquire(_) => format!("take the lock: {}", self.lock),
            Step::Renew(_) => format!("look whether the lock is still ours: {}", self.lock),
            Step::OpenLog => format!("open the log: {}", self.log),
            Step::Nice(niceness) => format!("set the process priority to {niceness}"),
            Step::WritePid => format!("write the PID file {}", self.pid_file),
            Step::DropPrivileges => format!("become {} for good", self.account()),
            Step::MendPid => format!("put the PID file {} back", self.pid_file),
            Step::RemovePid => format!("remove the PID file {}", self.pid_file),
            Step::PluginSetup(index) => format!("set up {}", plugin(index)),
            Step::Setup => "setup: make the daemon's state".into(),
            Step::Hook { hook, .. } => self.plan.hooks[*hook].to_string(),
            Step::Keep => "hand over the daemon's state".into(),
            Step::Drain { .. } => "let workers finish what they have, and end them".into(),
            Step::Drop => "drop the daemon's state".into(),
            Step::PluginTeardown(index) => format!("tear down {}", plugin(index)),
            Step::Release(_) => format!("give the lock back: {}", self.lock),
            Step::Exec => "become the program that was tried".into(),
            Step::Remake => "declare the daemon once more".into(),
        }
    }

    fn account(&self) -> String {
        let named = |key: &str, value: &Option<Account>| value.as_ref().map(|account| format!("{key} {account}"));
        let (user, group) = (named("user", &self.plan.user.value), named("group", &self.plan.group.value));
        user.into_iter().chain(group).collect::<Vec<_>>().join(", ")
    }

    /// The lock in a new image.
    pub(super) fn taken_over(&self) -> String {
        format!("take the lock over: {}", self.lock)
    }

    /// How long it may take by itself; start and stop have limits of their own.
    pub(super) fn time(&self, step: &Step) -> String {
        match step {
            Step::Hook { hook, .. } => match self.plan.hooks[*hook].deadline.or(self.plan.deadline.value) {
                Some(deadline) => format!("over {}: the process is cut, 70", Pretty(deadline)),
                None => "as long as it takes".into(),
            },
            Step::CheckEnvironment
            | Step::PluginSetup(_)
            | Step::Setup
            | Step::Keep
            | Step::Drain { .. }
            | Step::Drop
            | Step::PluginTeardown(_)
            | Step::Remake => "as long as it takes".into(),
            Step::Acquire(_) if self.quiet_if_locked => "at once; held by another: ends with 0".into(),
            Step::Acquire(_) => "at once; held by another: ends with 75".into(),
            _ => "at once".into(),
        }
    }
}
