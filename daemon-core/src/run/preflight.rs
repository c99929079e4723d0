//! The trial start of a new program: it must load, understand its arguments and accept its settings, or the old image
//! goes on.

use std::io::Read;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;
use std::process::Child;

use nix::fcntl::{FcntlArg, OFlag, fcntl};

use crate::handover::VERSION;
use crate::role;
use crate::sys::process;
use crate::sys::reenter::{Origin, Program};

/// What a trial start prints before it ends with 0, and behind it how it hands over: only a program of this framework
/// does.
const ANSWER: &str = "daemon-core preflight: ";

/// The answer of a trial of the program called `name`.
pub(crate) fn answer(name: &str, version: &str) -> String {
    format!("{ANSWER}{VERSION}, {name} {version}\n")
}
/// More of what a failing trial says is not repeated.
const LONGEST: usize = 2000;

/// A trial that is running.
pub(super) struct Preflight {
    child: Child,
    /// It took too long.
    killed: bool,
    pidfd: OwnedFd,
    program: Program,
}

impl Preflight {
    /// Starts the program at `path` for trial.
    pub(super) fn start(origin: &Origin, path: &Path) -> Result<Self, String> {
        let shown = path.display();
        let program = Program::open(path).map_err(|error| format!("{shown}: {error}"))?;
        let mut child = origin.spawn(&program, role::PREFLIGHT).map_err(|error| format!("{shown}: {error}"))?;
        // What runs beside the loop gives way to it. That it is not possible would be no reason not to try.
        let _ = process::set_niceness(child.id(), (process::niceness().max(0) + 1).min(19));
        match process::pidfd(child.id()) {
            Ok(pidfd) => Ok(Self { child, killed: false, pidfd, program }),
            Err(error) => {
                let _ = child.kill();
                let _ = child.wait();
                Err(format!("can not watch the trial of {shown}: {error}"))
            }
        }
    }

    /// Becomes readable when the trial has ended.
    pub(super) fn fd(&self) -> BorrowedFd<'_> {
        self.pidfd.as_fd()
    }

    pub(super) fn kill(&mut self) {
        self.killed = true;
        let _ = self.child.kill();
    }

    /// What came of it, once it has ended: the program that may be run, or why not.
    pub(super) fn verdict(mut self) -> Result<Program, String> {
        let status = self.child.wait().map_err(|error| error.to_string())?;
        let (out, err) = (read(self.child.stdout.take()), read(self.child.stderr.take()));
        let answer = out.lines().find_map(|line| line.strip_prefix(ANSWER)).filter(|_| status.success());
        match answer.map(|answer| answer.split_once(',').map_or(answer, |(version, _)| version)) {
            Some(VERSION) => return Ok(self.program),
            // It would take nothing of what we leave: not even the user, nor the directory that paths count from.
            Some(_) => {
                return Err("it is of another version of the framework, which hands over in another way: \
                            stop the daemon and start it"
                    .into());
            }
            None => {}
        }
        if self.killed {
            return Err("it took too long and was ended".into());
        }
        let said = if err.trim().is_empty() { "it said nothing" } else { err.trim() };
        if status.success() {
            Err("it is no program of this framework".into())
        } else {
            Err(format!("{status}: {said}"))
        }
    }
}

/// What is there to read. A pipe that a child of the trial still holds open is not waited for.
fn read(pipe: Option<impl Read + AsFd>) -> String {
    let mut text = vec![0; LONGEST];
    let len = pipe.map_or(0, |mut pipe| {
        // Our end of the pipe is nobody else's.
        match fcntl(pipe.as_fd(), FcntlArg::F_SETFL(OFlag::O_NONBLOCK)) {
            Ok(_) => pipe.read(&mut text).unwrap_or(0),
            Err(_) => 0,
        }
    });
    String::from_utf8_lossy(&text[..len]).into_owned()
}
