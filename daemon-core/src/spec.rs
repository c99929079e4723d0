//! The declaration under construction: one public method for each thing that can be said.
//!
//! What the macro emits is what a person would write against this. Nothing here runs anything: `declare` is pure.

use std::any::{Any, TypeId};
use std::time::Duration;

use crate::account::Account;
use crate::error::{BoxError, Error, Exit};
use crate::guard::guarded;
use crate::hook::{
    BoxedHandover, BoxedHook, BoxedSetup, HandoverFn, HookFn, HookResult, PluginFn, SetupFn, SetupResult,
};
use crate::kept::Kept;
use crate::lock::Lock;
use crate::log::LogFile;
use crate::missed::Missed;
use crate::nice::Nice;
use crate::on_error::OnError;
use crate::plan::{Hook, Opt, Place, Plan, Starts, Trigger};
use crate::plugin::MakePlugin;

type ReadOption = Box<dyn Fn(&str) -> Result<Box<dyn Any>, BoxError>>;

/// What a daemon is, being declared. [`Daemon::declare`](crate::Daemon::declare) fills it in.
pub struct Spec<D> {
    pub(crate) plan: Plan,
    pub(crate) setup: Option<BoxedSetup<D>>,
    pub(crate) hooks: Vec<BoxedHook<D>>,
    pub(crate) handover: Option<BoxedHandover<D>>,
    pub(crate) options: Vec<(TypeId, ReadOption)>,
    pub(crate) plugins: Vec<MakePlugin>,
    /// The functions of each pool of the plan.
    #[cfg(feature = "workers")]
    pub(crate) stations: Vec<Box<dyn crate::worker::station::Station>>,
}

impl<D: 'static> Default for Spec<D> {
    fn default() -> Self {
        Self {
            plan: Plan::default(),
            setup: None,
            hooks: Vec::new(),
            handover: None,
            options: Vec::new(),
            plugins: Vec::new(),
            #[cfg(feature = "workers")]
            stations: Vec::new(),
        }
    }
}

impl<D: 'static> Spec<D> {
    /// The declaration as plain data.
    #[must_use]
    pub const fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The package's name and version: the daemon's name unless [`name`](Self::name) says otherwise, and what
    /// `--version` prints.
    pub fn package(&mut self, name: &str, version: &str) -> &mut Self {
        if self.plan.name.is_empty() {
            name.clone_into(&mut self.plan.name);
        }
        version.clone_into(&mut self.plan.version);
        self
    }

    /// The daemon's name, for the lock, the log and messages: letters, digits and `_ . @ -`, at most 64.
    pub fn name(&mut self, name: impl Into<String>) -> &mut Self {
        self.plan.name = name.into();
        self.plan.named = true;
        self
    }

    /// What the daemon is for; the first thing `--help` says.
    pub fn about(&mut self, text: &str) -> &mut Self {
        text.clone_into(&mut self.plan.about);
        self
    }

    /// How often `execute` runs: from 100 µs to 100 years, on a fixed grid that begins with the first iteration. Zero,
    /// and the default: at once again, for a loop that blocks by itself. Flag: `--interval`.
    pub fn interval(&mut self, interval: Duration) -> &mut Self {
        self.plan.interval.declare(interval);
        self
    }

    /// By how much, at most, each iteration but the first comes later than its slot, by chance: so that a fleet does not
    /// work at once. The grid stays. Less than the interval; default zero. Flag: `--jitter`.
    pub fn jitter(&mut self, most: Duration) -> &mut Self {
        self.plan.jitter.declare(most);
        self
    }

    /// Who may run. Default: no lock, which is said at start. Flag: `--lock`.
    pub fn lock(&mut self, lock: Lock) -> &mut Self {
        self.plan.lock.declare(lock);
        self
    }

    /// The log file: a path, which may hold `strftime` fields (`"/var/log/pulse-%F.log"`), or a function that gives
    /// one. Both are asked again at every full five minutes. Default: standard output only. Flag: `--log`.
    pub fn log(&mut self, to: impl LogFile) -> &mut Self {
        self.plan.log.declare(to.into_log());
        self
    }

    /// What becomes of slots that pass while an iteration still runs. Default: [`Missed::skip`]. Flag: `--missed`.
    pub fn missed(&mut self, missed: Missed) -> &mut Self {
        self.plan.missed.declare(missed);
        self
    }

    /// Without an interval: the probability, from 0 to 1, that an idle event follows an iteration. Default 0.5.
    /// Flag: `--idle`.
    pub fn idle(&mut self, probability: f64) -> &mut Self {
        self.plan.idle.declare(probability);
        self
    }

    /// In daemon mode: restarts in place this often, to begin with a fresh memory. From 10 s; zero, and the default:
    /// never. Flag: `--restart`.
    pub fn restart(&mut self, every: Duration) -> &mut Self {
        self.plan.restart.declare(every);
        self
    }

    /// By how much, at most, each `restart` comes later, by chance: so that a fleet does not restart at once. Less than
    /// `restart`; default zero. Flag: `--restart-jitter`.
    pub fn restart_jitter(&mut self, most: Duration) -> &mut Self {
        self.plan.restart_jitter.declare(most);
        self
    }

    /// How long each hook may take that has no [deadline of its own](Hook::deadline): from 100 µs to 100 years. A hook
    /// that takes longer can not be stopped from within, so the process is cut: one line says which hook hangs, nothing
    /// else runs, the exit code is 70, and the kernel gives the lock back. A supervisor then starts the daemon again.
    ///
    /// An iteration that is longer than the interval is no such case: it is logged and counted. Time in which the process
    /// is stopped (Ctrl-Z, a debugger) counts too. Default: no limit; where the lock is a lease, that is where another
    /// may have it after a while, the longer of 60 s and ten intervals. Flag: `--deadline`.
    pub fn deadline(&mut self, longest: Duration) -> &mut Self {
        self.plan.deadline.declare(Some(longest));
        self
    }

    /// How long the start may take, from `main` to the end of the `init` hooks: from 10 ms to 100 years, or zero for no
    /// limit. A start that takes longer is cut, with 70; a launcher that waits (`-d`) is told. Default: 90 s. Flag:
    /// `--start-timeout`.
    pub fn start_timeout(&mut self, longest: Duration) -> &mut Self {
        self.plan.start_timeout.declare(longest);
        self
    }

    /// How long the stop may take, from the signal to the end: from 10 ms to 100 years. Half of it is for the hook and
    /// iteration that run, a quarter for `shutdown` hooks and the drop of the state, the rest for plugins; what is left
    /// over goes on to what follows. Code whose share is over sees [`Context::cancelled`](crate::Context::cancelled). When
    /// all of it is over the process is cut, with 70 and a line that says what hangs. Holds for letting go before a
    /// restart in place, too. Default zero: no limit. Flag: `--stop-timeout`.
    pub fn stop_timeout(&mut self, longest: Duration) -> &mut Self {
        self.plan.stop_timeout.declare(longest);
        self
    }

    /// What follows when a hook fails. Default: [`OnError::restart`]. Flag: `--on-error`.
    pub fn on_error(&mut self, what: OnError) -> &mut Self {
        self.plan.on_error.declare(what);
        self
    }

    /// The process priority: `Nice::auto()`, by the interval, or a niceness from -20 to 19. Default: not touched. Where it
    /// is not allowed (above 0 it always is) there is one warning. Flag: `--nice`.
    pub fn nice(&mut self, nice: impl Into<Nice>) -> &mut Self {
        self.plan.nice.declare(nice.into());
        self
    }

    /// The user the daemon runs as, by name or number: root opens lock, log and PID file, and becomes this user before
    /// plugins, setup and hooks. Started by anybody else but this user, it ends with 77; an unknown user is 78. Default:
    /// as whoever starts it. Flag: `--user`.
    pub fn user(&mut self, user: impl Into<Account>) -> &mut Self {
        self.plan.user.declare(Some(user.into()));
        self
    }

    /// The group the daemon runs with, by name or number; also without a `user`. Default: the first group of `user`.
    /// Flag: `--group`.
    pub fn group(&mut self, group: impl Into<Account>) -> &mut Self {
        self.plan.group.declare(Some(group.into()));
        self
    }

    /// What is taken away from the mode of files your code makes, from 0 to `0o777`: write it as an octal number,
    /// `0o027`. The framework's own files do not depend on it. Default: `0o027` in the background, else as it was found.
    /// Flag: `--umask`.
    pub fn umask(&mut self, mask: u32) -> &mut Self {
        self.plan.umask.declare(Some(mask));
        self
    }

    /// Whether a crash may leave a core file, which holds whatever the memory held. Default: no, the soft limit is set to
    /// 0; with `true` it is raised to the hard one. Flag: `--core-dumps`.
    pub fn core_dumps(&mut self, allowed: bool) -> &mut Self {
        self.plan.core_dumps.declare(allowed);
        self
    }

    /// Lines for `-i`: what an administrator must do to install the daemon.
    pub fn instructions(&mut self, lines: impl IntoIterator<Item = impl Into<String>>) -> &mut Self {
        self.plan.instructions.extend(lines.into_iter().map(Into::into));
        self
    }

    /// The whole text of `--help`, instead of the one made from the declaration.
    pub fn help(&mut self, text: impl Into<String>) -> &mut Self {
        self.plan.help = Some(text.into());
        self
    }

    /// Makes the daemon's state, after the lock is held and the plugins are set up. A failure is a failed start.
    pub fn setup(&mut self, setup: impl SetupFn<D> + 'static) -> &mut Self {
        self.setup = Some(Box::new(|cx| setup(cx).into_daemon()));
        self
    }

    /// The main job, once an interval. It blocks the loop: the next iteration never begins before the last has ended.
    #[track_caller]
    pub fn execute(&mut self, hook: impl HookFn<D> + 'static) -> &mut Hook {
        self.hook(Trigger::Tick, Place::here(), hook)
    }

    /// What to do on a signal or an event. Several hooks on the same run in declared order.
    #[track_caller]
    pub fn on(&mut self, trigger: impl Starts, hook: impl HookFn<D> + 'static) -> &mut Hook {
        self.hook(trigger.trigger(), Place::here(), hook)
    }

    /// A timer of its own in the same loop: for the first time one period after the start, then on a fixed grid. From
    /// 100 µs to 100 years.
    #[track_caller]
    pub fn every(&mut self, period: Duration, hook: impl HookFn<D> + 'static) -> &mut Hook {
        self.hook(Trigger::Every(period), Place::here(), hook)
    }

    /// What to do at times of day and year: `spec.cron(cron_line!("0 3 * * *"), …)`, in the machine's time zone unless
    /// [`Hook::zone`] names another. What is due while something else runs follows it, once. What was due while the daemon
    /// was not running is left out. When a clock change leaves an hour out, what was due in it runs at its end; when it doubles
    /// one, what is due at a certain time runs once. A wall clock that is set by up to three hours repeats nothing and leaves
    /// nothing out.
    #[cfg(feature = "cron")]
    #[track_caller]
    pub fn cron(&mut self, when: crate::cron::Cron, hook: impl HookFn<D> + 'static) -> &mut Hook {
        self.hook(Trigger::Cron(when), Place::here(), hook)
    }

    /// What the next image gets at a restart in place: asked for after the `shutdown` hooks, just before the state is
    /// dropped, when the restart was asked for by HUP or by the interval `restart`. The next image takes it over in its
    /// setup, by [`Context::handed_over`](crate::Context::handed_over).
    ///
    /// Needs the feature `handover`, and serde's `Serialize` for the value. At most 64 MiB.
    ///
    /// It is never a guess: after a fatal error, or when a hook of this image has panicked, it is not asked for. A panic
    /// in it is logged. In all these cases the restart goes on, and the next image begins without.
    pub fn handover(&mut self, mut keep: impl HandoverFn<D> + 'static) -> &mut Self {
        self.handover = Some(Box::new(move |daemon, cx| Kept::of(&keep(daemon, cx))));
        self.plan.handover = true;
        self
    }

    pub(crate) fn hook(&mut self, trigger: Trigger, place: Place, mut hook: impl HookFn<D> + 'static) -> &mut Hook {
        self.hooks.push(Box::new(move |daemon, cx| hook(daemon, cx).into_result()));
        self.plan.hooks.push(Hook::new(trigger, place));
        let last = self.plan.hooks.len() - 1;
        &mut self.plan.hooks[last]
    }

    /// A command-line option of your own: `--name VALUE`, read by `read`, and asked for by the same function:
    /// `cx.option(Self::limit)`. Underscores in the name become dashes.
    pub fn option<F, T, E>(&mut self, name: &str, read: F) -> &mut Opt
    where
        F: Fn(&str) -> Result<T, E> + 'static,
        T: 'static,
        E: Into<BoxError>,
    {
        let key = TypeId::of::<F>();
        let read = move |text: &str| -> Result<Box<dyn Any>, BoxError> {
            read(text).map(|value| Box::new(value) as Box<dyn Any>).map_err(Into::into)
        };
        self.options.push((key, Box::new(read)));
        self.plan.options.push(Opt { name: name.trim_start_matches("r#").replace('_', "-"), about: String::new() });
        let last = self.plan.options.len() - 1;
        &mut self.plan.options[last]
    }

    /// A plugin, made by `make` when the daemon really runs. Plugins are set up in declared order and torn down in
    /// reverse.
    pub fn plugin(&mut self, make: impl PluginFn + 'static) -> &mut Self {
        self.plugins.push(Box::new(|| Box::new(make())));
        self.plan.plugins += 1;
        self
    }

    /// Reads the text given for the option at `index`.
    pub(crate) fn read_option(&self, index: usize, text: &str) -> Result<(TypeId, Box<dyn Any>), Error> {
        let (key, read) = &self.options[index];
        let name = &self.plan.options[index].name;
        // The reader is the author's code, and a value from outside may find the place where it panics.
        guarded(|| Ok(read(text))).map_or_else(
            |panic| Err(Error::new(panic.exit(), format!("--{name} {text:?}: {panic}"))),
            |read| match read {
                Ok(value) => Ok((*key, value)),
                Err(error) => Err(Error::new(Exit::Usage, format!("invalid value {text:?} for --{name}: {error}"))),
            },
        )
    }
}
