//! The plan: a declaration as plain data, after all of it has been said.
//!
//! Command line, help, install text, dump and engine are all made from this one value. It holds no code of the author.

mod check;
mod facts;
mod hook;
mod pool_rules;
mod rows;
mod rules;
mod setting;

use std::path::PathBuf;
use std::time::Duration;

pub use facts::Facts;
pub use hook::{Hook, Opt, Place, Starts, Trigger};
pub(crate) use rows::Row;
pub use setting::{Origin, Setting};

use crate::account::Account;
use crate::error::Error;
use crate::lock::Lock;
use crate::log::LogTo;
use crate::missed::Missed;
use crate::name::Name;
use crate::nice::Nice;
use crate::on_error::OnError;

/// What was declared, as plain data.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The package's name, unless `name` says otherwise. Not yet checked.
    pub name: String,
    /// The declaration gives a name of its own.
    pub(crate) named: bool,
    /// The package's version.
    pub version: String,
    /// What the daemon is for.
    pub about: String,
    /// Zero: iterate at once.
    pub interval: Setting<Duration>,
    /// By how much, at most, each iteration comes later. Zero: not at all.
    pub jitter: Setting<Duration>,
    /// Who may run.
    pub lock: Setting<Lock>,
    /// Where the log goes besides standard output.
    pub log: Setting<LogTo>,
    /// What becomes of slots that passed.
    pub missed: Setting<Missed>,
    /// How often an idle event follows an iteration when there is no interval, from 0 to 1.
    pub idle: Setting<f64>,
    /// In daemon mode: how often the daemon restarts in place. Zero: never.
    pub restart: Setting<Duration>,
    /// By how much, at most, each such restart comes later.
    pub restart_jitter: Setting<Duration>,
    /// How long a hook may take that has no deadline of its own. `None`: no limit, unless the lock is a lease.
    pub deadline: Setting<Option<Duration>>,
    /// How long the start may take. Zero: no limit.
    pub start_timeout: Setting<Duration>,
    /// How long the stop may take. Zero: no limit.
    pub stop_timeout: Setting<Duration>,
    /// What follows when a hook fails.
    pub on_error: Setting<OnError>,
    /// How nice the process is to others.
    pub nice: Setting<Nice>,
    /// Whom the daemon runs as; `None`: as who starts it.
    pub user: Setting<Option<Account>>,
    /// With which group it runs; `None`: the first one of `user`.
    pub group: Setting<Option<Account>>,
    /// What is taken away from the mode of new files; `None`: 027 in the background, else as it was found.
    pub umask: Setting<Option<u32>>,
    /// Whether a crash may leave a core file.
    pub core_dumps: Setting<bool>,
    /// The author's lines for `-i`.
    pub instructions: Vec<String>,
    /// The whole text of `--help`, when the author wrote one.
    pub help: Option<String>,
    /// In declared order.
    pub hooks: Vec<Hook>,
    /// In declared order.
    pub options: Vec<Opt>,
    /// How many plugins were declared.
    pub plugins: usize,
    /// State is handed over a restart in place.
    pub handover: bool,
    /// Pools of workers and tasks, in declared order.
    #[cfg(feature = "workers")]
    pub pools: Vec<crate::worker::Pool>,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            name: String::new(),
            named: false,
            version: String::new(),
            about: String::new(),
            interval: Setting::default(Duration::ZERO),
            jitter: Setting::default(Duration::ZERO),
            lock: Setting::default(Lock::none()),
            log: Setting::default(LogTo::nowhere()),
            missed: Setting::default(Missed::skip()),
            idle: Setting::default(0.5),
            restart: Setting::default(Duration::ZERO),
            restart_jitter: Setting::default(Duration::ZERO),
            deadline: Setting::default(None),
            start_timeout: Setting::default(Duration::from_secs(90)),
            stop_timeout: Setting::default(Duration::ZERO),
            on_error: Setting::default(OnError::restart()),
            nice: Setting::default(Nice::untouched()),
            user: Setting::default(None),
            group: Setting::default(None),
            umask: Setting::default(None),
            core_dumps: Setting::default(false),
            instructions: Vec::new(),
            help: None,
            hooks: Vec::new(),
            options: Vec::new(),
            plugins: 0,
            handover: false,
            #[cfg(feature = "workers")]
            pools: Vec::new(),
        }
    }
}

impl Plan {
    /// The name, checked.
    ///
    /// # Errors
    /// [`Exit::Usage`](crate::Exit::Usage) when it can not be used as a name.
    pub fn checked_name(&self) -> Result<Name, Error> {
        Name::new(&self.name)
    }

    /// The place of the lock file, for those who print it.
    ///
    /// # Errors
    /// When the name or the state directory is unusable.
    pub fn lock_file(&self) -> Result<Option<PathBuf>, Error> {
        self.lock.value.file_path(&self.checked_name()?)
    }

    /// Whether the process is to become, or to be, somebody who is declared.
    pub(crate) fn becomes(&self) -> bool {
        self.user.value.is_some() || self.group.value.is_some()
    }

    /// The pools, for people.
    pub(crate) fn pool_names(&self) -> String {
        #[cfg(feature = "workers")]
        let names: Vec<&str> = self.pools.iter().map(|pool| pool.name.as_str()).collect();
        #[cfg(not(feature = "workers"))]
        let names: [&str; 0] = [];
        if names.is_empty() { "none".to_owned() } else { names.join(", ") }
    }

    /// Whether there are pools of workers or tasks.
    pub(crate) const fn has_workers(&self) -> bool {
        #[cfg(feature = "workers")]
        let some = !self.pools.is_empty();
        #[cfg(not(feature = "workers"))]
        let some = false;
        some
    }

    pub(crate) fn executes(&self) -> bool {
        self.hooks.iter().any(|hook| hook.trigger == Trigger::Tick)
    }
}
