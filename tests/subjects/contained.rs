//! A daemon for the tests of containers: its hooks run commands, and the commands leave orphans behind.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use daemon_core::prelude::*;

/// How many orphans one command leaves.
const EACH: u64 = 10;

/// Each orphan waits until process 1 has adopted it, says so, and ends. The command itself ends with 7 before.
const COMMAND: &str = r#"
i=0
while [ $i -lt "$EACH" ]; do
    (sh -c 'while read -r a b c parent rest </proc/$$/stat; [ "$parent" != 1 ]; do :; done; echo adopted >>"$FILE"' &)
    i=$((i + 1))
done
exit 7
"#;

#[derive(Default)]
struct Contained {
    ticks: u64,
    left: u64,
    right: u64,
}

/// Runs commands that leave orphans.
#[daemon(name = "contained", interval = "10ms")]
impl Contained {
    /// Leave so many orphans
    #[option]
    fn orphans(text: &str) -> Result<u64> {
        Ok(text.parse()?)
    }

    /// The file in which each orphan leaves a line
    #[option]
    fn file(text: &str) -> Result<PathBuf> {
        Ok(text.into())
    }

    /// Fail at this tick
    #[option]
    fn fail_at(text: &str) -> Result<u64> {
        Ok(text.parse()?)
    }

    /// Stay in the first tick until a stop is seen and this file is there
    #[option]
    fn linger(text: &str) -> Result<PathBuf> {
        Ok(text.into())
    }

    #[execute]
    fn tick(&mut self, cx: &Context) -> Result<()> {
        self.ticks += 1;
        if cx.option(Self::fail_at) == Some(&self.ticks) {
            return Err(Error::new(Exit::NoInput, "told to fail").into());
        }
        if let Some(file) = cx.option(Self::linger) {
            until(|| cx.stopping());
            log::info!("stop seen");
            until(|| file.exists());
            log::info!("cancelled {}", cx.cancelled());
        }
        let wanted = cx.option(Self::orphans).copied().unwrap_or(0);
        let Some(file) = cx.option(Self::file).filter(|_| self.left < wanted) else {
            return Ok(());
        };
        let mut command = Command::new("sh");
        command.args(["-c", COMMAND]).env("EACH", EACH.to_string()).env("FILE", file);
        // What holds our standard output open would keep the reader of it waiting.
        let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
        self.left += EACH;
        self.right += u64::from(status.code() == Some(7));
        if self.left >= wanted {
            log::info!("orphans {}, commands {}, results right {}", self.left, self.left / EACH, self.right);
        }
        Ok(())
    }

    #[on(signal = USR2)]
    fn heard(&self) {
        log::info!("usr2 heard");
    }

    #[on(shutdown)]
    fn leave(&self) {
        log::info!("shutdown");
    }
}

fn until(happened: impl Fn() -> bool) {
    while !happened() {
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn main() -> ExitCode {
    Contained::main()
}
