//! Carries out what the engine says: runs the author's code so that no panic gets past, and calls the lock providers.

use super::{Parts, Privileges};
use crate::birth::Birth;
use crate::context::{Cause, problems};
use crate::duration::Pretty;
use crate::engine::{Action, Engine, HangUp, Input, Reply, Source, Step};
use crate::error::{Error, Exit, Result};
use crate::guard::guarded;
use crate::lock::Acquired;
use crate::log::Opening;
use crate::pid_file::PidFile;
use crate::plugin::Plugins;
use crate::spec::Spec;
use crate::standing::Standing;
use crate::status::{self, Facts};
use crate::sys::reserve;

/// Carries out one step and answers.
pub(super) fn step<D: 'static>(parts: &mut Parts<D>, daemon: &mut Option<D>, engine: &Engine, step: Step) -> Input {
    let lock = |lock, reply| Input::Reply { source: Source::Lock(lock), reply };
    match step {
        Step::Acquire(index) => {
            let acquired = acquire(parts, index);
            if let Acquired::Held(_) = acquired {
                parts.context.locks.borrow_mut().push(parts.locks[index].describe());
                #[cfg(feature = "workers")]
                share_with_workers(parts, index);
            }
            lock(index, Reply::Acquired(acquired))
        }
        Step::Renew(index) => lock(index, Reply::Renewed(parts.locks[index].renew())),
        Step::Release(index) => {
            parts.locks[index].release();
            parts.context.locks.borrow_mut().pop();
            Input::Done(Ok(()))
        }
        // A log file may be named by a function of the author's.
        Step::OpenLog => Input::Done(guarded(|| Ok(open_log(parts)?))),
        // Done by the world.
        Step::DropPrivileges => Input::Done(Ok(())),
        Step::WritePid => Input::Done(write_pid(parts)),
        Step::MendPid => Input::Done(mend_pid(parts)),
        Step::RemovePid => {
            let _lent = reserve::lend();
            parts.pid_file.take().into_iter().for_each(PidFile::remove);
            Input::Done(Ok(()))
        }
        Step::Remake => Input::Done(guarded(|| {
            remake(parts);
            Ok(())
        })),
        other => Input::Done(guarded(|| author_step(parts, daemon, engine, other))),
    }
}

/// Takes a lock, or takes it over from the image before a restart in place. A new program may declare another lock:
/// then that one is taken, and the old one is given back by closing what was kept of it.
fn acquire<D>(parts: &mut Parts<D>, index: usize) -> Acquired {
    let lock = &mut parts.locks[index];
    let Some(inherited) = &mut parts.birth.inherited else {
        return lock.acquire();
    };
    let (name, kept) = inherited.locks.get_mut(index).map(std::mem::take).unwrap_or_default();
    if inherited.believed && name != lock.describe() {
        return lock.acquire();
    }
    lock.resume(kept)
}

fn open_log<D>(parts: &mut Parts<D>) -> Result<(), Error> {
    let Birth { base, standing, .. } = &parts.birth;
    let Privileges { wanted, done, .. } = &parts.privileges;
    crate::log::open(Opening {
        to: &parts.plan.log.value,
        base,
        verbose: parts.verbose,
        detached: *standing == Standing::Detached,
        owner: wanted.new_owner().filter(|_| !done),
    })
}

/// The user has changed: what is the author's may be made now.
pub(super) fn dropped<D>(parts: &mut Parts<D>) -> Result<(), Error> {
    parts.privileges.done = true;
    let plugins = std::mem::take(&mut parts.privileges.plugins);
    guarded(|| {
        parts.context.plugins = Plugins::make(plugins);
        Ok(())
    })
}

/// Workers hold what is theirs to hold as long as they live.
#[cfg(feature = "workers")]
fn share_with_workers<D>(parts: &Parts<D>, index: usize) {
    let lock = &parts.locks[index];
    if let (true, Some(team)) = (lock.is_of_workers(), parts.context.team.borrow_mut().as_mut()) {
        team.share(&lock.kept());
    }
}

fn write_pid<D>(parts: &mut Parts<D>) -> Result<(), Error> {
    let Some(path) = &parts.pid_path else { return Ok(()) };
    let path = parts.birth.base.join(path);
    let there = parts.pid_file.take();
    // After a restart in place it names us already, and a rename may wait for the disk.
    if there.as_ref().is_some_and(|there| there.path() == path && there.is_ours()) {
        parts.pid_file = there;
        return Ok(());
    }
    parts.pid_file = match (PidFile::write(path.clone()), there) {
        (Ok(file), there) => {
            // Another place than before.
            there.into_iter().filter(|there| there.path() != path).for_each(PidFile::remove);
            Some(file)
        }
        // A disk that is full now must not end a running daemon.
        (Err(error), Some(there)) => {
            log::warn!(target: "daemon", "{error}");
            Some(there.given_up())
        }
        (Err(error), None) => return Err(error),
    };
    Ok(())
}

fn mend_pid<D>(parts: &mut Parts<D>) -> Result<(), Error> {
    let _lent = reserve::lend();
    match parts.pid_file.as_mut().map(PidFile::mend) {
        Some(Ok(true)) => log::warn!(target: "daemon", "the PID file was removed or changed: written again"),
        Some(Err(error)) => {
            return Err(Error::new(Exit::CantCreate, format!("can not put the PID file back: {error}")));
        }
        _ => {}
    }
    Ok(())
}

/// Setup and plugins are used up by the first start; declaring once more gives new ones. The plan stays as it is.
fn remake<D: 'static>(parts: &mut Parts<D>) {
    let mut spec = Spec::default();
    (parts.declare)(&mut spec);
    parts.again = true;
    parts.setup = spec.setup;
    parts.hooks = spec.hooks;
    parts.handover = spec.handover;
    parts.context.plugins = Plugins::make(spec.plugins);
    // What was waited for is still to come.
    let waited = parts.calendar.hand_over();
    parts.calendar.take_over(waited);
}

/// The steps in which code of the author or of a plugin runs.
fn author_step<D>(parts: &mut Parts<D>, daemon: &mut Option<D>, engine: &Engine, step: Step) -> Result<()> {
    let context = &parts.context;
    match step {
        Step::Hook { hook, cause } => {
            context.next_due.set(engine.next_due());
            if engine.has_timers() {
                engine.list_timers(&mut context.timers.borrow_mut());
            }
            *context.cause.borrow_mut() = cause;
            let daemon = daemon.as_mut().ok_or("the daemon's state is gone")?;
            (parts.hooks[hook])(daemon, context)
        }
        Step::CheckEnvironment => {
            let found = context.plugins.problems();
            if found.is_empty() { Ok(()) } else { Err(problems(&found).into()) }
        }
        Step::PluginSetup(index) => {
            let mut plugin = context.plugins.nth(index);
            let name = plugin.name();
            plugin.setup(context).map_err(|error| named(&name, error.as_ref()))
        }
        Step::PluginTeardown(index) => {
            *context.cause.borrow_mut() = Cause::Life;
            let mut plugin = context.plugins.nth(index);
            let name = plugin.name();
            plugin.teardown(context).map_err(|error| named(&name, error.as_ref()))
        }
        Step::Setup => {
            #[cfg(feature = "workers")]
            if let Some(team) = context.team.borrow_mut().as_mut() {
                team.start(context.now().mono);
            }
            let setup = parts.setup.take().ok_or("a daemon needs a setup: add #[setup], or spec.setup(…)")?;
            *daemon = Some(setup(context)?);
            Ok(())
        }
        Step::Keep => {
            *context.cause.borrow_mut() = Cause::Life;
            let daemon = daemon.as_mut().ok_or("the daemon's state is gone")?;
            parts.kept = parts.handover.as_mut().map(|handover| handover(daemon, context)).transpose()?;
            Ok(())
        }
        Step::Drop => {
            drop(daemon.take());
            Ok(())
        }
        // The other steps are not the author's: they never come here.
        _ => Ok(()),
    }
}

fn named(plugin: &str, error: &(dyn std::error::Error + 'static)) -> crate::BoxError {
    let error = Error::from_box(error);
    Error::new(error.exit(), format!("[{plugin}] {error}")).into()
}

/// Carries out an action that needs no answer.
pub(super) fn note<D>(parts: &mut Parts<D>, engine: &Engine, action: Action) {
    let context = &parts.context;
    match action {
        Action::Count(count) => context.stats.borrow_mut().count(count),
        Action::Log(level, text) => log::log!(target: "daemon", level, "{text}"),
        Action::CancelAt(at) => context.cancel_at.set(at),
        Action::Stopping => context.stopping.set(true),
        Action::Interval(interval) => context.interval.set(interval),
        Action::Dump => {
            let _lent = reserve::lend();
            // Plugins are asked for their names.
            if let Err(error) = guarded(|| {
                dump(parts, engine);
                Ok(())
            }) {
                log::error!(target: "daemon", "can not write the run-time variables: {error}");
            }
        }
        Action::Ready => {
            context.handed_over.take();
            say_ready(parts);
            parts.report.ready();
        }
        // What the runner does itself.
        Action::Appoint(_)
        | Action::Reappoint
        | Action::Run(_)
        | Action::Wait(_)
        | Action::Exit(..)
        | Action::Limit(_)
        | Action::Preflight
        | Action::KillPreflight => {}
        #[cfg(feature = "systemd")]
        Action::Tell(_) => {}
    }
}

#[cold]
fn say_ready<D>(parts: &Parts<D>) {
    let plan = &parts.plan;
    let interval = match parts.context.interval() {
        _ if !plan.executes() => "nothing to execute, waiting for events".to_owned(),
        interval if interval.is_zero() => "iterating at once".to_owned(),
        interval => format!("every {}", Pretty(interval)),
    };
    let lock = match parts.context.locks.borrow().join(", ") {
        none if none.is_empty() => "no lock: several instances may run".to_owned(),
        locks => format!("lock: {locks}"),
    };
    let how = if parts.again { "started again" } else { "started" };
    log::info!(target: "daemon", "{} {} {how}, {interval}, {lock}", plan.name, plan.version);
}

#[cold]
fn dump<D>(parts: &Parts<D>, engine: &Engine) {
    let context = &parts.context;
    let facts = Facts {
        now: context.now(),
        interval: context.interval(),
        stopping: context.stopping(),
        verbose: parts.verbose,
        daemon_mode: parts.birth.hang_up == HangUp::Restart,
        plugins: context.plugins.names(),
        log: crate::log::shown_path().map(|path| path.display().to_string()),
        #[cfg(feature = "workers")]
        workers: context.team.borrow().iter().flat_map(|team| team.rows()).flat_map(|row| row.lines()).collect(),
        #[cfg(not(feature = "workers"))]
        workers: Vec::new(),
    };
    context.next_due.set(engine.next_due());
    engine.list_timers(&mut context.timers.borrow_mut());
    for line in status::lines(&parts.plan, &context.stats(), &facts) {
        log::info!(target: "daemon", "{line}");
    }
}
