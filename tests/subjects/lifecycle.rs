//! A daemon for the tests of detaching and restarting in place. `lifecycle_next` is its next version.

use std::fs::OpenOptions;
use std::io::Write;

use daemon_core::prelude::*;

/// Which of the two this is.
const VERSION: &str = env!("CARGO_BIN_NAME");

struct Lifecycle {
    ticks: u64,
}

/// Ticks, logs, and fails where it is told to.
#[daemon(name = "lifecycle", interval = "10ms")]
impl Lifecycle {
    /// What setup does: fail, die or succeed
    #[option]
    fn setup(text: &str) -> Result<String> {
        Ok(text.to_owned())
    }

    /// Fail at this tick
    #[option]
    fn fail_at(text: &str) -> Result<u64> {
        Ok(text.parse()?)
    }

    /// Append the instant of each tick to this file
    #[option]
    fn instants(text: &str) -> Result<String> {
        Ok(text.to_owned())
    }

    /// Anything, to see what becomes of arguments
    #[option]
    fn note(text: &str) -> Result<String> {
        Ok(text.to_owned())
    }

    #[setup]
    fn open(cx: &Context) -> Result<Self> {
        match cx.option(Self::setup).map(String::as_str) {
            Some("fail") => return Err(Error::new(Exit::NoInput, "no input today").into()),
            Some("die") => std::process::abort(),
            _ => {}
        }
        log::info!("set up {VERSION}");
        Ok(Self { ticks: 0 })
    }

    #[execute]
    fn tick(&mut self, cx: &Context) -> Result<()> {
        self.ticks += 1;
        if let Some(path) = cx.option(Self::instants) {
            let mut file = OpenOptions::new().append(true).create(true).open(path)?;
            file.write_all(format!("{}\n", cx.now().mono.0).as_bytes())?;
        }
        if cx.option(Self::fail_at) == Some(&self.ticks) {
            return Err("told to fail".into());
        }
        Ok(())
    }

    #[on(shutdown)]
    fn leave(&self) {
        log::info!("left after {} ticks", self.ticks);
    }
}

pub(crate) fn main() -> ExitCode {
    Lifecycle::main()
}
