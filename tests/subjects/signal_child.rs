//! A daemon whose hook starts a child, and shows with which signals blocked and ignored the child begins.

use std::process::Command;

use daemon_core::prelude::*;

#[derive(Default)]
struct Parent;

impl Parent {
    fn tick(&self) -> Result<()> {
        let output = Command::new("cat").args(["/proc/self/status", "/proc/self/timerslack_ns"]).output()?;
        let text = String::from_utf8(output.stdout)?;
        for line in text.lines().filter(|line| line.starts_with("Sig")) {
            log::info!("child {}", line.replace('\t', " "));
        }
        log::info!("child slack {}", text.lines().last().unwrap_or_default());
        Ok(())
    }
}

impl Daemon for Parent {
    fn declare(spec: &mut Spec<Self>) {
        spec.package(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
        spec.name("parent");
        spec.setup(|_| Self);
        spec.execute(|daemon, _| daemon.tick());
        // What has a handler here must not be ignored there.
        spec.on(Signal::WINCH, |_, _| {});
        spec.on(Signal::realtime(5), |_, _| {});
    }
}

fn main() -> ExitCode {
    Parent::main()
}
