//! The process layer: tells the engine what happened, does what it says.
//!
//! Nothing is decided here. Everything that touches the outside goes through [`World`], so that the same declared daemon
//! also runs under virtual time.

#[cfg(not(feature = "cron"))]
mod no_calendar;
mod perform;
mod preflight;
#[cfg(feature = "workers")]
pub(crate) mod workers;
#[cfg(not(feature = "workers"))]
#[path = "no_workers.rs"]
pub(crate) mod workers;
mod world;

use std::collections::VecDeque;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::path::PathBuf;
use std::rc::Rc;

use crate::birth::Birth;
use crate::clock::Mono;
use crate::context::{Context, Watch};
#[cfg(feature = "cron")]
pub(crate) use crate::cron::calendar::Calendar;
#[cfg(feature = "systemd")]
use crate::engine::Notice;
use crate::engine::{Action, Engine, Input, Mode, Reply, Source, Step, Told};
use crate::error::{Error, Exit};
use crate::guard::guarded;
use crate::handover::Handover;
use crate::hook::{BoxedHandover, BoxedHook, BoxedSetup};
use crate::kept::Kept;
use crate::launch::Report;
use crate::lock::Provider;
use crate::log;
use crate::pid_file::PidFile;
use crate::plan::Plan;
use crate::plugin::MakePlugin;
use crate::privileges::Wanted;
use crate::signal::Signal;
use crate::spec::Spec;
use crate::stats::Stats;
use crate::sys::{process, reserve};

#[cfg(not(feature = "cron"))]
pub(crate) use no_calendar::Calendar;
pub(crate) use preflight::answer;
pub(crate) use world::Real;

/// What the loop needs of the world: the time, and news.
pub(crate) trait World {
    /// The part of it that hooks may look at.
    fn watch(&self) -> Rc<dyn Watch>;

    /// The time, for schedules.
    fn now(&self) -> Mono;

    /// Sleeps until `until` or until there is news, and adds what came.
    fn wait(&mut self, until: Option<Mono>, news: &mut VecDeque<Input>);

    /// Adds what has come meanwhile, without sleeping.
    fn poll(&mut self, news: &mut VecDeque<Input>);

    /// Sets the process priority.
    fn set_niceness(&mut self, niceness: i32) -> Result<(), Error>;
    /// From now on this limit holds, and no other: the process is cut when it is over.
    fn limit(&mut self, limit: Option<Told>);

    /// Starts the program for trial; its end is news.
    fn preflight(&mut self, news: &mut VecDeque<Input>);

    /// Ends a trial.
    fn kill_preflight(&mut self);

    /// Becomes the user that is wanted, for good. After an error the daemon must end.
    fn drop_privileges(&mut self, wanted: &Wanted, core_dumps: bool) -> Result<(), Error>;

    /// Tells the init system. What it takes no more of is kept, and that is news.
    #[cfg(feature = "systemd")]
    fn tell(&mut self, notice: Notice, news: &mut VecDeque<Input>);

    /// What starts and ends worker processes; their news end a wait.
    #[cfg(feature = "workers")]
    fn hands(&mut self) -> Result<Box<dyn crate::worker::team::Hands>, Error>;

    /// Becomes the program that was tried, which shall hear of `unheard`. Comes back only with the reason why not.
    fn exec(&mut self, handover: &Handover, kept: &[BorrowedFd<'_>], unheard: &[Signal]) -> Error;
}

/// Everything the runner needs besides the engine.
pub(crate) struct Parts<D> {
    pub(crate) plan: Rc<Plan>,
    pub(crate) mode: Mode,
    pub(crate) verbose: bool,
    pub(crate) setup: Option<BoxedSetup<D>>,
    pub(crate) hooks: Vec<BoxedHook<D>>,
    pub(crate) handover: Option<BoxedHandover<D>>,
    /// The state that the next image gets, once it is packed.
    pub(crate) kept: Option<Kept>,
    pub(crate) locks: Vec<Box<dyn Provider>>,
    pub(crate) context: Context,
    /// When the hooks that follow the wall clock are due.
    pub(crate) calendar: Calendar,
    /// What the author declares, for declaring it once more.
    pub(crate) declare: fn(&mut Spec<D>),
    pub(crate) birth: Birth,
    /// There was a daemon before in this process.
    pub(crate) again: bool,
    /// Whom to become, and how far that is.
    pub(crate) privileges: Privileges,
    pub(crate) report: Report,
    /// Where the PID file shall be.
    pub(crate) pid_path: Option<PathBuf>,
    /// The PID file, once it is written; from the first on where the image before has written it.
    pub(crate) pid_file: Option<PidFile>,
}

impl<D> Parts<D> {
    /// When restarts after fatal errors happened, the newest last.
    fn recoveries(&self) -> &[Mono] {
        self.birth.inherited.as_ref().map_or(&[], |inherited| &inherited.recoveries)
    }
}

/// The change of user.
#[derive(Default)]
pub(crate) struct Privileges {
    pub(crate) wanted: Wanted,
    /// It is done.
    pub(crate) done: bool,
    /// Plugins that are not made before it, for they are the author's code.
    pub(crate) plugins: Vec<MakePlugin>,
}

impl Privileges {
    /// The change that is wanted, and those plugins that are not made after it but at once.
    pub(crate) fn new(wanted: Wanted, plugins: Vec<MakePlugin>) -> (Self, Vec<MakePlugin>) {
        let (now, plugins) = if wanted.is_something() { (Vec::new(), plugins) } else { (plugins, Vec::new()) };
        (Self { wanted, done: false, plugins }, now)
    }
}

/// How a run ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) exit: Exit,
    /// Why, unless it is a clean end.
    pub(crate) reason: Option<String>,
}

/// Workers finish what they have.
#[derive(Clone, Copy)]
struct Drain {
    /// What waits for a worker is given up then.
    #[cfg_attr(not(feature = "workers"), allow(dead_code, reason = "there is nothing that could wait"))]
    for_good: bool,
}

/// A daemon being run in a world.
pub(crate) struct Runner<D, W> {
    world: W,
    engine: Engine,
    parts: Parts<D>,
    daemon: Option<D>,
    inbox: VecDeque<Input>,
    /// Workers finish what they have.
    draining: Option<Drain>,
}

impl<D: 'static, W: World> Runner<D, W> {
    pub(crate) fn new(world: W, parts: Parts<D>) -> Self {
        let engine = Engine::new(Rc::clone(&parts.plan), parts.mode.clone());
        parts.context.stop_timeout.set(parts.plan.stop_timeout.value);
        Self { world, engine, parts, daemon: None, inbox: VecDeque::from([Input::Start]), draining: None }
    }

    /// Runs the daemon to its end.
    pub(crate) fn run(&mut self) -> Ended {
        let mut actions = Vec::new();
        loop {
            // Only a wait can leave the inbox empty, when it ended because its time came.
            let input = self.inbox.pop_front().unwrap_or(Input::Woken);
            self.engine.step(self.world.now(), input, &mut actions);
            for action in actions.drain(..) {
                match action {
                    Action::Run(Step::Exec) => {
                        let error = self.exec();
                        self.inbox.push_back(Input::Done(Err(error)));
                    }
                    Action::Run(Step::Nice(niceness)) => {
                        let outcome = self.world.set_niceness(niceness);
                        self.collect(Input::Done(outcome));
                    }
                    Action::Run(Step::DropPrivileges) => {
                        let answer = self.drop_privileges();
                        self.collect(Input::Done(answer));
                    }
                    Action::Run(Step::Drain { for_good }) => self.drain(for_good),
                    Action::Run(step) => {
                        let answer = perform::step(&mut self.parts, &mut self.daemon, &self.engine, step);
                        self.collect(answer);
                    }
                    // What could be told at once (a trial that can not even begin) is not slept over.
                    Action::Wait(_) if !self.inbox.is_empty() => {}
                    Action::Wait(until) => self.wait(until),
                    Action::Appoint(hook) => self.appoint(hook),
                    Action::Reappoint => self.reappoint(),
                    Action::Limit(limit) => self.world.limit(limit.map(|limit| limit.told(&self.parts.plan))),
                    Action::Preflight => self.world.preflight(&mut self.inbox),
                    Action::KillPreflight => self.world.kill_preflight(),
                    #[cfg(feature = "systemd")]
                    Action::Tell(notice) => self.world.tell(notice, &mut self.inbox),
                    Action::Exit(exit, reason) => return Ended { exit, reason },
                    other => perform::note(&mut self.parts, &self.engine, other),
                }
            }
        }
    }

    /// After a step: what the hook asked for and what came meanwhile go before the answer, so that the engine knows of
    /// them when it decides what comes next.
    fn collect(&mut self, answer: Input) {
        let asks = self.parts.context.outbox.take();
        self.inbox.extend(asks.into_iter().map(Input::Ask));
        self.world.poll(&mut self.inbox);
        self.hear_workers();
        self.inbox.push_back(answer);
    }

    fn wait(&mut self, until: Option<Mono>) {
        let until = until.into_iter().chain(self.workers_due()).min();
        self.world.wait(until, &mut self.inbox);
        self.hear_workers();
    }

    /// Answers when a hook of the calendar runs next.
    fn appoint(&mut self, hook: usize) {
        let at = self.parts.calendar.next(hook, self.parts.context.now());
        self.inbox.push_back(Input::Reply { source: Source::Calendar(hook), reply: Reply::Appointed(at) });
    }

    fn reappoint(&mut self) {
        let answer = |(hook, at)| Input::Reply { source: Source::Calendar(hook), reply: Reply::Appointed(at) };
        self.inbox.extend(self.parts.calendar.clock_set(self.parts.context.now()).into_iter().map(answer));
    }

    /// Becomes the user that is declared. From here on the author's code may run.
    fn drop_privileges(&mut self) -> Result<(), Error> {
        let Parts { plan, privileges, .. } = &self.parts;
        self.world.drop_privileges(&privileges.wanted, plan.core_dumps.value)?;
        perform::dropped(&mut self.parts)
    }

    /// Becomes the new program, which finds the locks held and the grid as it is.
    fn exec(&mut self) -> Error {
        let _lent = reserve::lend();
        let (log, pid_file) = (log::in_use(), self.parts.pid_file.as_ref());
        let kept: Vec<Vec<BorrowedFd<'_>>> = self.parts.locks.iter().map(|lock| lock.kept()).collect();
        let numbers = |fds: &Vec<BorrowedFd<'_>>| fds.iter().map(AsRawFd::as_raw_fd).collect();
        let mut handover = Handover {
            pid: process::pid(),
            program: self.parts.birth.program.clone(),
            base: self.parts.birth.base.clone(),
            standing: self.parts.birth.standing,
            owner: process::first_uid(),
            cause: self.engine.restart_cause().to_owned(),
            recoveries: self.parts.recoveries().to_vec(),
            failures: self.engine.failures(),
            grid: self.engine.grid().map(|grid| grid.parts()),
            timers: self.engine.timers().map(|grid| grid.parts()).collect(),
            locks: self.parts.locks.iter().map(|lock| lock.describe()).zip(kept.iter().map(numbers)).collect(),
            log: log.as_ref().map(|(path, fd)| (path.clone(), fd.as_raw_fd())),
            pid_file: pid_file.map(|file| (file.path().to_owned(), file.descriptor().map(|fd| fd.as_raw_fd()))),
            appointments: self.parts.calendar.hand_over(),
            calls: Vec::new(),
            dumped: self.engine.dumped(),
            // Taken and not copied: a copy would touch every page of theirs.
            stats: Some(self.parts.context.stats.replace(Stats::new(self.world.now()))),
            state: self.parts.kept.take(),
        };
        if self.engine.is_recovering() {
            handover.recovered(self.world.now());
        }
        let waiting = self.hand_calls_over();
        let calls = match &waiting {
            Ok(waiting) => waiting.memory(),
            // Rather no restart than a call that is lost.
            Err(error) => {
                self.parts.context.inherit(handover.stats, handover.state);
                return error.clone();
            }
        };
        handover.calls.extend(calls.iter().map(AsRawFd::as_raw_fd));
        log::drain();
        let files = log
            .iter()
            .map(|(_, fd)| fd.as_fd())
            .chain(pid_file.and_then(PidFile::descriptor))
            .chain(calls.iter().map(AsFd::as_fd));
        let kept: Vec<_> = kept.concat().into_iter().chain(files).collect();
        let error = self.world.exec(&handover, &kept, &self.engine.unheard());
        waiting.into_iter().for_each(|waiting| self.take_calls_back(waiting));
        // The daemon that this image makes anew instead goes on as the new image would have.
        self.parts.context.inherit(handover.stats, handover.state);
        error
    }

    /// The last thing before the process ends: lets the plugins go and gives slow readers of the log their last chance.
    pub(crate) fn finish(self, Ended { exit, reason }: Ended) -> Finished {
        let Self { mut parts, mut world, .. } = self;
        world.kill_preflight();
        workers::conclude(&parts, world.now());
        let plugins = std::mem::take(&mut parts.context.plugins);
        let (hooks, handover) = (std::mem::take(&mut parts.hooks), parts.handover.take());
        // What the author made is dropped as always, and may panic.
        let dropped = guarded(|| {
            drop((plugins, hooks, handover));
            Ok(())
        });
        let (exit, reason) = match dropped {
            Err(error) if exit == Exit::Clean => (error.exit(), Some(format!("dropping a plugin failed: {error}"))),
            _ => (exit, reason),
        };
        let told = log::close(|| parts.context.stop_count() > 1);
        let report = std::mem::take(&mut parts.report);
        // Our own descriptors and memory the kernel takes back faster than we could give them back.
        std::mem::forget((parts, world));
        Finished { ended: Ended { exit, reason }, told, report }
    }
}

/// What is left of a run.
pub(crate) struct Finished {
    pub(crate) ended: Ended,
    /// What was logged could be seen on standard output.
    pub(crate) told: bool,
    /// The line to a launcher.
    pub(crate) report: Report,
}

#[cfg(test)]
mod tests;
