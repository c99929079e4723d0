//! The whole life of a daemon's process, in one short `main`.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::rc::Rc;

use crate::cli::{self, Request};
use crate::context::{Context, Options, Watch};
use crate::engine::{HangUp, Mode};
use crate::error::{Error, Exit};
use crate::handover::Handover;
use crate::install;
use crate::launch::{self, Report};
use crate::lock::Identity;
use crate::log::{self, LogFile, LogTo};
use crate::plan::{Plan, Trigger};
use crate::plugin::Plugins;
use crate::role::{Birth, Role};
use crate::run::{self, ANSWER, Ended, Parts, Real, Runner, World};
use crate::schedule::Grid;
use crate::signal::Signal;
use crate::spec::Spec;
use crate::sys::reenter::{self, Origin};
use crate::sys::{detach, process, signals};

/// The variable by which an init system says that it wants to hear from us.
const NOTIFY: &str = "NOTIFY_SOCKET";

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
        let (origin, word) = Origin::take();
        let mut spec = Spec::default();
        Self::declare(&mut spec);
        let name = spec.plan.name.clone();
        let mut report = Report::default();
        let lived =
            Role::enter(word.as_deref(), &mut report).and_then(|role| live::<Self>(spec, origin, role, &mut report));
        match lived {
            Ok(exit) => exit.into(),
            Err(error) => {
                if !report.failed(&error) {
                    // Nothing can be done where standard error is gone too.
                    let _ = writeln!(std::io::stderr(), "{name}: {error}");
                }
                error.exit().into()
            }
        }
    }
}

/// Does what the command line asks, in this role. An `Err` is the reason for the launcher, or for standard error.
fn live<D: Daemon>(mut spec: Spec<D>, origin: Origin, role: Role, report: &mut Report) -> Result<Exit, Error> {
    spec.plan.checked_name()?;
    match cli::read(&mut spec, origin.arguments.clone())? {
        Request::Print(text) => print(&text),
        Request::Instructions => print(&instructions(spec)?),
        Request::Run(options) => {
            spec.plan.check()?;
            match role {
                Role::Preflight => print(&format!("{ANSWER}{} {}\n", spec.plan.name, spec.plan.version)),
                Role::Front if options.detach && may_detach()? => return launch::launch(&origin),
                role => return run(spec, options, origin, role, report),
            }
        }
    }
    Ok(Exit::Clean)
}

/// Whether `-d` means anything here.
fn may_detach() -> Result<bool, Error> {
    if process::pid() == 1 {
        let text = "-d: process 1 of a container must stay in the foreground: leave out -d";
        return Err(Error::new(Exit::Usage, text));
    }
    // An init system that waits for a word from us would take the end of the launcher for the end of the daemon.
    Ok(std::env::var_os(NOTIFY).is_none())
}

/// Writes to standard output; a reader that has gone away is no error of ours.
fn print(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}

fn instructions<D: 'static>(spec: Spec<D>) -> Result<String, Error> {
    spec.plan.check()?;
    let plugins = Plugins::make(spec.plugins);
    install::instructions(&spec.plan, &program()?, &plugins.instructions())
}

fn program() -> Result<PathBuf, Error> {
    reenter::program_path().map_err(|error| os("can not tell where the program is", &error))
}

fn os(what: &str, error: &std::io::Error) -> Error {
    Error::new(Exit::Os, format!("{what}: {error}"))
}

/// Where the daemon comes from: for a restarted one, what the first image found out.
fn birth(role: &Role, handover: Option<&Handover>) -> Result<Birth, Error> {
    if let Some(Handover { program, base, detached, .. }) = handover {
        return Ok(Birth { program: program.clone(), base: base.clone(), detached: *detached });
    }
    let base = std::env::current_dir().map_err(|error| os("can not tell the working directory", &error))?;
    let detached = matches!(role, Role::Daemon);
    Ok(Birth { program: program()?, base, detached })
}

fn run<D: Daemon>(
    mut spec: Spec<D>,
    options: cli::Options,
    origin: Origin,
    role: Role,
    report: &mut Report,
) -> Result<Exit, Error> {
    signals::sane_dispositions();
    let restarted = matches!(role, Role::Restarted(_));
    let handover = if let Role::Restarted(handover) = &role { handover.clone() } else { None };
    let birth = birth(&role, handover.as_ref())?;
    if restarted || birth.detached {
        reenter::show_name(&birth.program);
    }
    let world = Real::new(declared_signals(&spec.plan), origin, birth.program.clone())?;
    if log::install(options.verbose).is_ok() {
        log_panics();
    }
    if restarted && handover.is_none() {
        ::log::warn!(target: "daemon", "what the old image handed over can not be read: a cold start");
    }
    if birth.detached {
        settle(&mut spec.plan)?;
    }
    let mut parts = parts(spec, options, world.watch(), birth, handover.unwrap_or_default())?;
    parts.kept = restarted.then(|| std::mem::take(&mut parts.kept).unwrap_or_default());
    parts.report = std::mem::take(report);
    let mut runner = Runner::new(world, parts);
    let Ended { exit, reason } = runner.run();
    let (told, still_waiting) = runner.finish();
    *report = still_waiting;
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
    detach::leave_directory().map_err(|error| os("can not leave the directory", &error))?;
    if plan.log.value == LogTo::nowhere() {
        let directory = crate::directory::state(&plan.name)?;
        crate::directory::create(&directory)?;
        let path = directory.join(format!("{}.log", plan.name));
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

/// In daemon mode a hang-up means "restart": detached, under an init system that wants to hear from us, or as process 1.
fn hang_up(birth: &Birth) -> HangUp {
    if birth.detached || process::pid() == 1 || std::env::var_os(NOTIFY).is_some() {
        HangUp::Restart
    } else if process::has_terminal() {
        HangUp::Stop
    } else {
        HangUp::Ignore
    }
}

fn parts<D: Daemon>(
    spec: Spec<D>,
    options: cli::Options,
    watch: Rc<dyn Watch>,
    birth: Birth,
    handover: Handover,
) -> Result<Parts<D>, Error> {
    let plan = Rc::new(spec.plan);
    let identity = Identity::new(plan.checked_name()?);
    let locks: Vec<_> = plan.lock.value.provider(&identity, &birth.base)?.into_iter().collect();
    let mode = Mode {
        once: options.once,
        quiet_if_locked: options.quiet_if_locked,
        hang_up: hang_up(&birth),
        locks: locks.len(),
        grid: handover.grid.map(Grid::from_parts),
        seed: process::seed(),
    };
    let plugins = Plugins::make(spec.plugins);
    let context =
        Context::new(&plan.name, plan.interval.value, plugins, Options(options.own), watch, birth.base.clone());
    let adopt = |numbers: Vec<i32>| numbers.into_iter().filter_map(reenter::adopt).collect();
    Ok(Parts {
        plan,
        mode,
        verbose: options.verbose,
        setup: spec.setup,
        hooks: spec.hooks,
        locks,
        context,
        declare: D::declare,
        birth,
        report: Report::default(),
        restarts: handover.restarts,
        kept: Some(handover.locks.into_iter().map(adopt).collect()),
    })
}

/// Panics go to the log, with their place: the default hook writes to a standard error that nobody may read.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        ::log::error!(target: "daemon", "panic at {place}: {}", run::panic_text(panic.payload()));
    }));
}
