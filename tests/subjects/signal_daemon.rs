//! A daemon that says what happens to it, step by step, for tests that send it signals.

use std::convert::Infallible;
use std::fs::File;
use std::os::fd::AsRawFd;
use std::path::PathBuf;

use daemon_core::prelude::*;

/// What it does is asked for on the command line.
struct Watched {
    go: Option<PathBuf>,
    mode: Option<String>,
    ticks: u64,
    in_hook: bool,
}

/// Ticks last until this file exists.
fn go(path: &str) -> Result<PathBuf, Infallible> {
    Ok(path.into())
}

/// The lock file, to see whether it is still held while things are torn down.
fn held(path: &str) -> Result<PathBuf, Infallible> {
    Ok(path.into())
}

/// What else it does: `patient`, `panic`, `block`, `quiet`.
fn mode(name: &str) -> Result<String, Infallible> {
    Ok(name.to_owned())
}

/// Each tick works so long.
fn work(text: &str) -> Result<Duration, String> {
    duration::parse(text).map_err(|flaw| flaw.to_string())
}

impl Watched {
    fn open(cx: &Context) -> Self {
        log::info!("set up at {}", cx.now().mono.0);
        Self { go: cx.option(go).cloned(), mode: cx.option(mode).cloned(), ticks: 0, in_hook: false }
    }

    fn is(&self, mode: &str) -> bool {
        self.mode.as_deref() == Some(mode)
    }

    fn tick(&mut self, cx: &Context) {
        self.ticks += 1;
        let left = cx.time_left().unwrap_or_default().as_nanos();
        let (at, missed) = (cx.now().mono.0, cx.stats().missed);
        log::info!("tick {} begins at {at} left {left} missed {missed}", self.ticks);
        while self.go.as_ref().is_some_and(|go| !go.exists()) {
            pause();
        }
        if let Some(work) = cx.option(work) {
            std::thread::sleep(*work);
        }
        if self.is("patient") {
            until(|| cx.stopping());
            log::info!("stopping seen, cancelled {}", cx.cancelled());
            until(|| cx.cancelled());
            log::info!("cancelled seen");
        }
        log::info!("tick {} ends", self.ticks);
    }

    fn on_usr1(&mut self) {
        // Nothing of the framework may call a hook while one runs.
        assert!(!self.in_hook, "a hook was entered again");
        self.in_hook = true;
        std::hint::black_box(&self.in_hook);
        log::info!("usr1 heard");
        self.in_hook = false;
    }

    fn on_usr2(&self, cx: &Context) {
        assert!(!self.is("panic"), "the hook of USR2 breaks");
        if self.is("block") {
            log::info!("blocking");
            while cx.time_left() != Some(Duration::ZERO) {
                pause();
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        if !self.is("quiet") {
            log::info!("usr2 heard");
        }
    }
}

fn pause() {
    std::thread::sleep(Duration::from_millis(1));
}

fn until(condition: impl Fn() -> bool) {
    while !condition() {
        pause();
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        log::info!("state dropped");
    }
}

/// A plugin that says when it comes and goes.
struct Part(&'static str);

impl Plugin for Part {
    fn name(&self) -> String {
        self.0.to_owned()
    }

    fn setup(&mut self, _: &Context) -> Result<()> {
        log::info!("{} set up", self.0);
        Ok(())
    }

    fn teardown(&mut self, cx: &Context) -> Result<()> {
        let lock = match cx.option(held) {
            Some(path) if is_locked(path)? => "held",
            Some(_) => "free",
            None => "unknown",
        };
        log::info!("{} torn down, lock {lock}", self.0);
        Ok(())
    }
}

/// Whether somebody holds the lock: on a descriptor of our own, so our own hold counts.
fn is_locked(path: &PathBuf) -> Result<bool> {
    let file = File::open(path)?;
    // SAFETY: no memory is passed, and the descriptor is open.
    let taken = unsafe { libc::flock(file.as_raw_fd(), libc::LOCK_EX | libc::LOCK_NB) };
    Ok(taken != 0)
}

fn shut_down(cx: &Context) {
    let stats = cx.stats();
    let spread = stats.lateness;
    log::info!(
        "shutdown; lateness p50 {:?} p99 {:?} max {:?}; missed {}; overruns {}",
        spread.p50,
        spread.p99,
        spread.max,
        stats.missed,
        stats.overruns
    );
}

impl Daemon for Watched {
    fn declare(spec: &mut Spec<Self>) {
        // A mark in the list of system calls: from here on code of the author's runs.
        let _ = nix::unistd::getppid();
        spec.package(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
        spec.name("watched");
        spec.interval(duration!("20ms"));
        spec.option("go", go);
        spec.option("held", held);
        spec.option("mode", mode);
        spec.option("work", work);
        spec.plugin(|| Part("first"));
        spec.plugin(|| Part("second"));
        spec.setup(Self::open);
        spec.on(Event::init(), |_, cx| {
            log::info!("born at {}", cx.now().mono.0);
        });
        spec.execute(Self::tick);
        spec.on(Signal::USR1, |daemon, _| daemon.on_usr1());
        spec.on(Signal::USR2, |daemon, cx| daemon.on_usr2(cx));
        spec.on(Signal::WINCH, |_, _| {});
        spec.on(Event::shutdown(), |_, cx| shut_down(cx));
    }
}

fn main() -> ExitCode {
    Watched::main()
}
