//! The whole life of a daemon's process, in one short `main`.

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;
use std::rc::Rc;

use crate::cli::{self, Request};
use crate::context::{Context, Options};
use crate::engine::Mode;
use crate::error::{Error, Exit};
use crate::install;
use crate::lock::Identity;
use crate::log;
use crate::plan::{Plan, Trigger};
use crate::plugin::Plugins;
use crate::run::{self, Ended, Parts, Real, Runner, World};
use crate::signal::Signal;
use crate::spec::Spec;
use crate::sys::{process, signals};

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
        let mut spec = Spec::default();
        Self::declare(&mut spec);
        let name = spec.plan.name.clone();
        match live(spec, std::env::args_os().collect()) {
            Ok(exit) => exit.into(),
            Err(error) => {
                // Nothing can be done where standard error is gone too.
                let _ = writeln!(std::io::stderr(), "{name}: {error}");
                error.exit().into()
            }
        }
    }
}

/// Does what the command line asks. An `Err` is the reason for standard error.
fn live<D: 'static>(mut spec: Spec<D>, arguments: Vec<OsString>) -> Result<Exit, Error> {
    spec.plan.checked_name()?;
    match cli::read(&mut spec, arguments)? {
        Request::Print(text) => print(&text),
        Request::Instructions => print(&instructions(spec)?),
        Request::Run(options) => return run(spec, options),
    }
    Ok(Exit::Clean)
}

/// Writes to standard output; a reader that has gone away is no error of ours.
fn print(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}

fn instructions<D: 'static>(spec: Spec<D>) -> Result<String, Error> {
    spec.plan.check()?;
    let program = std::env::current_exe().map_err(|error| {
        Error::new(
            Exit::Os,
            format!("can not tell where the program is: {error}"),
        )
    })?;
    install::instructions(
        &spec.plan,
        &program,
        &make_plugins(spec.plugins).instructions(),
    )
}

fn make_plugins(makers: Vec<Box<dyn FnOnce() -> Box<dyn crate::Plugin>>>) -> Plugins {
    let mut plugins = Plugins::default();
    makers.into_iter().for_each(|make| plugins.add(make()));
    plugins
}

fn run<D: 'static>(spec: Spec<D>, options: cli::Options) -> Result<Exit, Error> {
    spec.plan.check()?;
    signals::sane_dispositions();
    let world = Real::new(declared_signals(&spec.plan))?;
    if log::install(options.verbose).is_ok() {
        log_panics();
    }
    let parts = parts(spec, options, world.watch())?;
    let mut runner = Runner::new(world, parts);
    let Ended { exit, reason } = runner.run();
    let told = runner.finish();
    match reason {
        Some(reason) if !told => Err(Error::new(exit, reason)),
        _ => Ok(exit),
    }
}

fn declared_signals(plan: &Plan) -> impl Iterator<Item = Signal> + '_ {
    plan.hooks.iter().filter_map(|hook| match hook.trigger {
        Trigger::Signal(signal) => Some(signal),
        _ => None,
    })
}

fn parts<D: 'static>(
    spec: Spec<D>,
    options: cli::Options,
    watch: Rc<dyn crate::context::Watch>,
) -> Result<Parts<D>, Error> {
    let plan = Rc::new(spec.plan);
    let identity = Identity::new(plan.checked_name()?);
    let locks: Vec<_> = plan.lock.value.provider(&identity)?.into_iter().collect();
    let mode = Mode {
        once: options.once,
        quiet_if_locked: options.quiet_if_locked,
        terminal: process::has_terminal(),
        locks: locks.len(),
        seed: process::seed(),
    };
    let plugins = make_plugins(spec.plugins);
    let context = Context::new(
        &plan.name,
        plan.interval.value,
        plugins,
        Options(options.own),
        watch,
    );
    Ok(Parts {
        plan,
        mode,
        verbose: options.verbose,
        setup: spec.setup,
        hooks: spec.hooks,
        locks,
        context,
    })
}

/// Panics go to the log, with their place: the default hook writes to a standard error that nobody may read.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        ::log::error!(target: "daemon", "panic at {place}: {}", run::panic_text(panic.payload()));
    }));
}
