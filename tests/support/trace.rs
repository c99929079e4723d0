//! Faults inside of system calls: a daemon under `strace`, which makes a call fail or sends a signal in the middle.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

/// A command that runs `program` with `arguments` under strace, with `injections` as its `-e inject=` takes them; what
/// was called is written to `log`. The process that is started is the daemon itself: strace watches it from behind.
///
/// # Panics
/// When there is no strace: the fault can not be injected, which is a failure and no reason to pass.
#[must_use]
pub fn traced<A: AsRef<OsStr>>(
    program: &str,
    arguments: impl IntoIterator<Item = A>,
    injections: &[String],
    log: &Path,
) -> Command {
    let mut command = strace(log);
    for injection in injections {
        command.arg("-e").arg(format!("inject={injection}"));
    }
    command.arg("--").arg(program).args(arguments);
    command
}

/// As [`traced`], with one injection and with every process that is started on the way; each counts its calls for itself.
/// `path`, if any, leaves all calls alone but those about it. What strace says goes where standard error goes, and it
/// lives as long as the last of the processes: see to it that nobody waits for the end of a pipe.
///
/// # Panics
/// When there is no strace.
#[must_use]
pub fn traced_family<A: AsRef<OsStr>>(
    program: &str,
    arguments: impl IntoIterator<Item = A>,
    (injection, path): (&str, Option<&str>),
    log: &Path,
) -> Command {
    let mut command = strace(log);
    command.arg("-f");
    if let Some(path) = path {
        command.arg("-P").arg(path);
    }
    command.arg("-e").arg(format!("inject={injection}")).arg("--").arg(program).args(arguments);
    command
}

fn strace(log: &Path) -> Command {
    let asked = Command::new("strace").arg("--version").stdout(Stdio::null()).status();
    assert!(
        asked.is_ok_and(|status| status.success()),
        "this test needs strace to inject the fault: install the package strace"
    );
    let mut command = Command::new("strace");
    command.args(["-D", "-qq", "-s", "200", "-o"]).arg(log);
    command
}
