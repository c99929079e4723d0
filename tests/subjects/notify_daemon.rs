//! A daemon for an init system to watch. It writes what it does into the files of `PLACE`: each stage of `--hold` is told
//! as `at-STAGE`, and goes on when `go-STAGE` is there.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use daemon_core::Plugin;
use daemon_core::prelude::*;
use daemon_tests::asked;

struct Watched {
    ticks: u64,
}

fn file(name: &str) -> PathBuf {
    asked::<PathBuf>("PLACE").unwrap_or_default().join(name)
}

/// Waits here if the test wants it, for as long as it wants.
fn hold(cx: &Context, stage: &str) -> Result<()> {
    let held = cx.option(Watched::hold).is_some_and(|stages| stages.split(',').any(|held| held == stage));
    if held {
        fs::write(file(&format!("at-{stage}")), "")?;
        while !file(&format!("go-{stage}")).exists() {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
    Ok(())
}

struct Gate;

impl Plugin for Gate {
    fn name(&self) -> String {
        "gate".to_owned()
    }

    fn setup(&mut self, cx: &Context) -> Result<()> {
        hold(cx, "plugin")
    }
}

/// Ticks, and waits where it is told to.
#[daemon(name = "notify", interval = "10ms")]
impl Watched {
    /// Wait at these stages: plugin, setup, init, hook, shutdown
    #[option]
    fn hold(stages: &str) -> Result<String> {
        Ok(stages.to_owned())
    }

    #[plugin]
    fn gate() -> Gate {
        Gate
    }

    #[setup]
    fn open(cx: &Context) -> Result<Self> {
        hold(cx, "setup")?;
        Ok(Self { ticks: 0 })
    }

    #[on(init)]
    fn begin(&mut self, cx: &Context) -> Result<()> {
        hold(cx, "init")
    }

    #[execute]
    fn tick(&mut self) {
        self.ticks += 1;
        if self.ticks.is_multiple_of(100) {
            log::info!("ticked {}", self.ticks);
        }
    }

    /// Hang, if that is held
    #[on(signal = USR2)]
    fn hang(&mut self, cx: &Context) -> Result<()> {
        hold(cx, "hook")
    }

    /// Show what a child finds in its environment
    #[on(signal = ALRM)]
    fn show(&self) -> Result<()> {
        let output = Command::new("env").output()?;
        for line in String::from_utf8(output.stdout)?.lines() {
            if line.contains("NOTIFY_") || line.contains("WATCHDOG_") || line.starts_with("PLACE=") {
                log::info!("a child has {line}");
            }
        }
        log::info!("a child has no more");
        Ok(())
    }

    #[on(shutdown)]
    fn end(&mut self, cx: &Context) -> Result<()> {
        hold(cx, "shutdown")
    }
}

fn main() -> ExitCode {
    // What a trial start finds in its environment, before anything takes it away.
    if asked::<String>("DAEMON_CORE_ROLE").is_some_and(|role| role == "preflight") {
        let copied = fs::read("/proc/self/environ").and_then(|bytes| fs::write(file("trial"), bytes));
        if copied.is_err() {
            return ExitCode::FAILURE;
        }
    }
    Watched::main()
}
