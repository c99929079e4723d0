//! The whole life of a daemon's process, in one short `main`.

use std::io::Write;
use std::process::ExitCode;
use std::rc::Rc;

use crate::birth::{self, Birth};
use crate::cli::{self, Request};
use crate::context::{Context, Options, Watch};
use crate::engine::{Limit, Mode, Told};
use crate::error::{Error, Exit};
use crate::explain::{Circumstances, explain};
use crate::farewell::Farewell;
use crate::guard::{self, guarded};
use crate::install;
use crate::keeper;
use crate::launch;
use crate::lock::Provider;
use crate::log::{self, LogFile, LogTo};
use crate::pid_file::PidFile;
use crate::plan::{Plan, Trigger};
use crate::plugin::Plugins;
use crate::privileges::Wanted;
use crate::role::{self, Role};
use crate::run::{Calendar, Ended, Parts, Privileges, Real, Runner, World, answer, workers};
use crate::signal::Signal;
use crate::spec::Spec;
use crate::standing::Standing;
use crate::sys::reenter::{self, Origin};
use crate::sys::{core_limit, cut, detach, process, reserve, signals};

/// What a daemon in the background takes away from the mode of new files, if nothing is declared.
const UMASK: u32 = 0o027;

/// Said once when an init system waits for messages that nobody will send.
const MUTE: &str = "NOTIFY_SOCKET is set, but the program is built without the feature `systemd` of daemon-core: nothing \
     is told to the init system, and a unit with Type=notify waits for it until the start times out; build with the \
     feature, or write Type=exec";

/// A type that is a daemon. `#[daemon]` on an impl block implements it; by hand it is one function.
///
/// ```no_run
/// use daemon_core::prelude::*;
///
/// #[derive(Default)]
/// struct Heartbeat { beats: u64 }
///
/// impl Daemon for Heartbeat {
///     fn declare(spec: &mut Spec<Self>) {
///         spec.package(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
///         spec.interval(duration!("1.5s"));
///         spec.lock(Lock::file());
///         spec.setup(|_| Self::default());
///         spec.execute(|daemon, _| {
///             daemon.beats += 1;
///             log::info!("beat {}", daemon.beats);
///         });
///     }
/// }
///
/// fn main() -> ExitCode {
///     Heartbeat::main()
/// }
/// ```
pub trait Daemon: Sized + 'static {
    /// Says what the daemon is. Pure: it only fills in `spec`, and may be called more than once.
    fn declare(spec: &mut Spec<Self>);

    /// Runs the daemon as this process's command line says, until it ends. Call it first thing in `main`, and return
    /// what it returns: the exit codes are those of [`Exit`].
    fn main() -> ExitCode {
        signals::block();
        cut::begin();
        signals::sane_dispositions();
        signals::survive_file_size_limit();
        let (origin, word) = Origin::take();
        role::shed(word.as_deref());
        let mut spec = Spec::default();
        Self::declare(&mut spec);
        let name = spec.plan.name.clone();
        let mut farewell = Farewell::default();
        let lived = Role::enter(word.as_deref(), &mut farewell)
            .and_then(|role| live::<Self>(spec, origin, role, &mut farewell));
        lived.unwrap_or_else(|error| {
            farewell.say(&name, &error);
            error.exit().into()
        })
    }
}

/// Does what the command line asks, in this role. An `Err` is the reason for the launcher, or for standard error.
fn live<D: Daemon>(mut spec: Spec<D>, origin: Origin, role: Role, farewell: &mut Farewell) -> Result<ExitCode, Error> {
    spec.plan.checked_name()?;
    // clap can not be asked about two options of one name.
    spec.plan.check_options()?;
    cut::called(&spec.plan.name);
    match cli::read(&mut spec, origin.arguments.clone(), limit_start)? {
        Request::Print(text) => print(&text),
        Request::Instructions(arguments) => print(&instructions(spec, &arguments)?),
        Request::Explain(options) => print(&explanation(&spec.plan, &options, &origin)?),
        Request::Run(options) => {
            spec.plan.check()?;
            let wanted = Wanted::of(&spec.plan)?;
            match role {
                Role::Preflight => print(&answer(&spec.plan.name, &spec.plan.version)),
                #[cfg(feature = "workers")]
                Role::Worker(pool, line) => {
                    cut::end();
                    return Ok(work(spec, pool, line, options.verbose).into());
                }
                Role::Front if options.detach && may_detach(&origin)? => {
                    // The daemon has a limit of its own, and says what hangs.
                    cut::end();
                    return launch::launch(&origin).map(Into::into);
                }
                Role::Front if process::pid() == 1 => {
                    cut::end();
                    return keeper::keep(&origin).map(Into::into);
                }
                role => return run(spec, options, origin, (role, wanted), farewell).map(Into::into),
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Readers of options and makers of plugins are the author's code too, and run before there is a loop to watch them.
fn limit_start(plan: &Plan) {
    match Limit::of_start(cut::began(), plan.start_timeout.value) {
        None => cut::end(),
        Some(limit) => {
            let Told { cut, .. } = limit.told(plan);
            let step = cut.as_ref().map(|(_, reason)| log::notice(reason));
            // Without a timer for it the loop says so.
            let _ = cut::arm(cut.map(|(at, _)| at), cut::Notices { step, stop: None });
        }
    }
}

/// The life of a worker.
#[cfg(feature = "workers")]
fn work<D: Daemon>(mut spec: Spec<D>, pool: usize, line: std::os::fd::OwnedFd, verbose: bool) -> Exit {
    if log::install(verbose).is_ok() {
        guard::log_panics();
    }
    match (spec.plan.pools.get(pool), spec.stations.get_mut(pool)) {
        (Some(pool), Some(station)) => crate::worker::serve::serve(pool, station.as_mut(), line),
        // Another program than the daemon's.
        _ => Exit::Software,
    }
}

/// Whether `-d` means anything here.
fn may_detach(origin: &Origin) -> Result<bool, Error> {
    if process::pid() == 1 {
        let text = "-d: process 1 of a container must stay in the foreground: leave out -d";
        return Err(Error::new(Exit::Usage, text));
    }
    // An init system that waits for a word from us would take the end of the launcher for the end of the daemon.
    Ok(!origin.is_supervised())
}

/// Writes to standard output; a reader that has gone away is no error of ours.
fn print(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}

fn instructions<D: 'static>(spec: Spec<D>, arguments: &[String]) -> Result<String, Error> {
    spec.plan.check()?;
    guarded(|| {
        let plugins = Plugins::make(spec.plugins);
        Ok(install::instructions(&spec.plan, (&birth::program()?, arguments), &plugins.instructions())?)
    })
}

fn explanation(plan: &Plan, options: &cli::Options, origin: &Origin) -> Result<String, Error> {
    plan.check()?;
    let standing = match options.detach && may_detach(origin)? {
        true => Standing::Detached,
        false if process::pid() == 1 => Standing::Contained,
        false => Standing::Foreground,
    };
    let program = birth::program()?;
    let hang_up = birth::hang_up(standing, origin);
    explain(plan, &Circumstances { program: &program, options, hang_up, standing })
}

fn run<D: Daemon>(
    mut spec: Spec<D>,
    options: cli::Options,
    origin: Origin,
    (role, wanted): (Role, Wanted),
    farewell: &mut Farewell,
) -> Result<Exit, Error> {
    let birth = Birth::of(role, &origin)?;
    let mute = cfg!(not(feature = "systemd")) && origin.is_supervised() && birth.inherited.is_none();
    // What was started by a path in /proc would be called by that.
    if birth.standing != Standing::Foreground || birth.inherited.is_some() {
        reenter::show_name(&birth.program);
    }
    cut::stop_within(spec.plan.stop_timeout.value);
    let mut world = Real::new(declared_signals(&spec.plan), origin, birth.program.clone())?;
    if log::install(options.verbose).is_ok() {
        guard::log_panics();
    }
    if birth.inherited.as_ref().is_some_and(|inherited| !inherited.believed) {
        ::log::warn!(target: "daemon", "what the old image handed over can not be read: a cold start");
    }
    if mute {
        ::log::warn!(target: "daemon", "{MUTE}");
    }
    core_limit::set(spec.plan.core_dumps.value);
    reserve::take();
    let detached = birth.standing == Standing::Detached;
    let mask = spec.plan.umask.value.or_else(|| detached.then_some(UMASK));
    mask.into_iter().for_each(process::set_umask);
    if detached {
        settle(&mut spec.plan)?;
    }
    let mut parts = parts(spec, options, world.watch(), (birth, wanted), farewell)?;
    if let Err(error) = equip(&mut parts, &mut world) {
        (farewell.report, farewell.pid_file) = (std::mem::take(&mut parts.report), parts.pid_file.take());
        return Err(error);
    }
    let mut runner = Runner::new(world, parts);
    let ended = runner.run();
    let finished = runner.finish(ended);
    cut::end();
    farewell.report = finished.report;
    conclude(finished.ended, finished.told, &mut farewell.report)
}

/// What only some daemons need of the world.
fn equip<D: Daemon>(parts: &mut Parts<D>, world: &mut Real) -> Result<(), Error> {
    workers::engage(parts, world)?;
    if parts.calendar.is_empty() { Ok(()) } else { world.watch_wall_clock() }
}

/// An `Err` is still to be said, an `Ok` is only an exit code.
fn conclude(Ended { exit, reason }: Ended, told: bool, report: &mut launch::Report) -> Result<Exit, Error> {
    match reason {
        Some(reason) if !told => Err(Error::new(exit, reason)),
        // A launcher that still waits must hear of a start that ended without an error, too.
        _ => {
            report.failed(&Error::new(exit, ""));
            Ok(exit)
        }
    }
}

/// A detached daemon leaves its directory, and has a log file even if none was declared.
fn settle(plan: &mut Plan) -> Result<(), Error> {
    detach::leave_directory().map_err(|error| Error::new(Exit::Os, format!("can not leave the directory: {error}")))?;
    if plan.log.value == LogTo::nowhere() {
        let directory = crate::directory::state(&plan.name)?;
        crate::directory::create(&directory)?;
        let path = crate::directory::background_log(&plan.name)?;
        plan.log.value = path.to_string_lossy().replace('%', "%%").into_log();
    }
    Ok(())
}

fn declared_signals(plan: &Plan) -> impl Iterator<Item = Signal> + '_ {
    plan.hooks.iter().filter_map(|hook| match hook.trigger {
        Trigger::Signal(signal) => Some(signal),
        _ => None,
    })
}

/// What does the locking, in the order in which it is taken.
fn providers(plan: &Plan, birth: &Birth) -> Result<Vec<Box<dyn Provider>>, Error> {
    let name = plan.checked_name()?;
    #[allow(unused_mut, reason = "only workers add to it")]
    let mut locks: Vec<_> = plan.lock.value.provider(&name, &birth.base)?.into_iter().collect();
    #[cfg(feature = "workers")]
    if let (true, Some(path)) = (plan.has_workers(), plan.lock.value.file_path(&name)?) {
        locks.push(Box::new(crate::lock::generation::Generation::beside(birth.base.join(path))));
    }
    Ok(locks)
}

fn parts<D: Daemon>(
    spec: Spec<D>,
    options: cli::Options,
    watch: Rc<dyn Watch>,
    (mut birth, wanted): (Birth, Wanted),
    farewell: &mut Farewell,
) -> Result<Parts<D>, Error> {
    let plan = Rc::new(spec.plan);
    let locks = providers(&plan, &birth)?;
    let restarted = birth.inherited.is_some();
    let named = options.pid_file.as_ref().filter(|_| restarted).map(|path| PidFile::kept(birth.base.join(path), None));
    let pid_left = farewell.pid_file.is_some() || named.is_some();
    let mode = Mode {
        #[cfg(feature = "systemd")]
        again: restarted,
        pid_left,
        began: cut::began(),
        once: options.once,
        quiet_if_locked: options.quiet_if_locked,
        hang_up: birth.hang_up,
        recoveries: birth.inherited.as_ref().map(|inherited| inherited.recoveries.clone()).unwrap_or_default(),
        failures: birth.inherited.as_ref().map_or(0, |inherited| inherited.failures),
        dumped: birth.inherited.as_ref().and_then(|inherited| inherited.dumped),
        pid_file: options.pid_file.is_some(),
        becomes: plan.becomes(),
        #[cfg(feature = "systemd")]
        supervision: birth.supervision.take(),
        workers: plan.has_workers(),
        locks: locks.len(),
        grid: birth.inherited.as_mut().and_then(|inherited| inherited.grid.take()),
        timers: birth.inherited.as_mut().map(|inherited| std::mem::take(&mut inherited.timers)).unwrap_or_default(),
        niceness: process::niceness(),
        seed: process::seed(),
    };
    let mut calendar = Calendar::of(&plan)?;
    let waited = birth.inherited.as_mut().map(|inherited| std::mem::take(&mut inherited.appointments));
    calendar.take_over(waited.unwrap_or_default());
    let (privileges, now) = Privileges::new(wanted, spec.plugins);
    let plugins = guarded(|| Ok(Plugins::make(now)))?;
    let (name, interval, base) = (plan.name.clone(), plan.interval.value, birth.base.clone());
    let context = Context::new(&name, interval, plugins, Options(options.own), watch, base);
    if let Some(inherited) = &mut birth.inherited {
        context.inherit(inherited.stats.take(), inherited.state.take());
    }
    Ok(Parts {
        plan,
        mode,
        verbose: options.verbose,
        setup: spec.setup,
        hooks: spec.hooks,
        handover: spec.handover,
        kept: None,
        locks,
        context,
        calendar,
        declare: D::declare,
        again: restarted,
        birth,
        privileges,
        report: std::mem::take(&mut farewell.report),
        pid_path: options.pid_file,
        pid_file: farewell.pid_file.take().or(named),
    })
}
