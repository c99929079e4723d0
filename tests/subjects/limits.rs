//! A daemon that hangs, or dies, in the place it is told to, for the tests of time limits.

use std::convert::Infallible;
use std::fs;
use std::io::Read;
use std::path::PathBuf;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use daemon_core::prelude::*;
use daemon_tests::asked;

struct Limited {
    ticks: u64,
}

/// Stop after so many iterations.
fn ticks(text: &str) -> Result<u64> {
    Ok(text.parse()?)
}

/// Anything.
fn word(text: &str) -> Result<String, Infallible> {
    reach("option");
    Ok(text.to_owned())
}

/// Hangs if this is the place of `HANG`, dies if it is that of `DIE`.
fn reach(place: &str) {
    if asked::<String>("DIE").is_some_and(|wanted| wanted == place) {
        // The instant, for whoever measures how soon it is noticed.
        if let Some(path) = asked::<PathBuf>("INSTANT") {
            let _ = fs::write(path, now().to_string());
        }
        let _ = nix::sys::signal::raise(nix::sys::signal::SIGKILL);
    }
    if asked::<String>("HANG").is_some_and(|wanted| wanted == place) {
        log::info!("{place} begins at {}", now());
        hang();
    }
}

fn now() -> u128 {
    let time = nix::time::clock_gettime(nix::time::ClockId::CLOCK_MONOTONIC).expect("a clock");
    Duration::from(time).as_nanos()
}

/// In the way that `HOW` names.
fn hang() {
    match asked::<String>("HOW").unwrap_or_default().as_str() {
        "deadlock" => {
            let mutex = Mutex::new(());
            let _first = mutex.lock();
            let _second = mutex.lock();
        }
        "read" => {
            let (mut reader, _writer) = std::io::pipe().expect("a pipe");
            let _ = reader.read(&mut [0]);
        }
        _ => loop {
            std::hint::spin_loop();
        },
    }
}

/// What is asked for besides.
fn is(mode: &str) -> bool {
    asked::<String>("MODE").is_some_and(|wanted| wanted == mode)
}

struct Part(&'static str);

impl Plugin for Part {
    fn check_environment(&self, _: &mut Vec<String>) {
        if self.0 == "second" {
            reach("check");
        }
    }

    fn setup(&mut self, _: &Context) -> Result<()> {
        if self.0 == "second" {
            reach("plugin setup");
        }
        Ok(())
    }

    fn teardown(&mut self, _: &Context) -> Result<()> {
        if self.0 == "second" {
            reach("teardown");
        }
        Ok(())
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if self.0 == "second" {
            reach("plugin drop");
        }
    }
}

impl Limited {
    fn open(cx: &Context) -> Result<Self> {
        if is("threads") {
            // One that takes signals, and one that does not.
            thread::spawn(|| {
                log::info!("hearing");
                thread::sleep(Duration::from_secs(3600));
            });
            cx.thread("deaf", || {
                let status = fs::read_to_string("/proc/thread-self/status").unwrap_or_default();
                let mask = status.lines().find_map(|line| line.strip_prefix("SigBlk:")).unwrap_or_default();
                log::info!("deaf {}", mask.trim());
                thread::sleep(Duration::from_secs(3600));
            })?;
        }
        if is("deaf") {
            cx.thread("deaf", || thread::sleep(Duration::from_secs(3600)))?;
        }
        reach("setup");
        Ok(Self { ticks: 0 })
    }

    fn tick(&mut self, cx: &Context) {
        self.ticks += 1;
        if self.ticks == 2 {
            reach("execute");
        }
        if is("patient") {
            log::info!("patient at {}", now());
            until(|| cx.stopping());
            log::info!("stopping seen");
            until(|| cx.cancelled());
            log::info!("cancelled at {}", now());
        }
        if cx.option(ticks) == Some(&self.ticks) {
            cx.stop();
        }
    }
}

fn until(condition: impl Fn() -> bool) {
    while !condition() {
        thread::sleep(Duration::from_millis(1));
    }
}

impl Drop for Limited {
    fn drop(&mut self) {
        reach("drop");
    }
}

impl Daemon for Limited {
    fn declare(spec: &mut Spec<Self>) {
        spec.package("limits", env!("CARGO_PKG_VERSION"));
        spec.interval(duration!("5ms"));
        spec.option("ticks", ticks);
        spec.option("word", word);
        spec.plugin(|| Part("first"));
        spec.plugin(|| {
            reach("making");
            Part("second")
        });
        spec.setup(Self::open);
        spec.on(Event::init(), |_, _| reach("init"));
        spec.execute(Self::tick);
        spec.on(Signal::USR2, |_, _| reach("signal")).deadline(duration!("60ms"));
        spec.on(Event::shutdown(), |_, _| {
            log::info!("shutting down");
            reach("shutdown");
        });
    }
}

fn main() -> ExitCode {
    Limited::main()
}
