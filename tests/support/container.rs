//! A program as process 1 of a pid namespace, as in a container.

use std::process::Command;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::{Child, Ended, alone, proc, wait_until};

/// A program that runs as process 1. When the test is over, all of its namespace is killed.
pub struct Container {
    outside: Child,
    keeper: u32,
}

impl Container {
    /// The command that makes `program` process 1 of a new namespace, in a session of its own. Needs root.
    #[must_use]
    pub fn command(program: &str) -> Command {
        let mut command = Command::new("unshare");
        command.args(["--pid", "--fork", "--mount-proc", "--kill-child", program]);
        alone(&mut command);
        command
    }

    /// Starts a prepared [`command`](Self::command).
    ///
    /// # Panics
    /// When there is no process 1.
    #[must_use]
    pub fn start(command: Command) -> Self {
        let outside = Child::spawn(command);
        let mut keeper = None;
        wait_until("process 1", || {
            keeper = proc::children(outside.pid()).first().copied();
            keeper.is_some()
        });
        Self { keeper: keeper.expect("process 1"), outside }
    }

    /// What it says, and how it ends.
    pub const fn child(&mut self) -> &mut Child {
        &mut self.outside
    }

    /// Process 1, by its number outside.
    #[must_use]
    pub const fn keeper(&self) -> u32 {
        self.keeper
    }

    /// The children of process 1, by their numbers outside: those that run, and those that nobody has reaped.
    #[must_use]
    pub fn children(&self) -> Vec<u32> {
        proc::children(self.keeper)
    }

    /// The daemon, by its number outside: the only child of process 1, once it has started and others have gone.
    ///
    /// # Panics
    /// When that does not come.
    #[must_use]
    pub fn daemon(&self) -> u32 {
        wait_until("a single child of process 1", || self.children().len() == 1);
        self.children()[0]
    }

    /// Sends process 1 a signal, as whoever runs the container does.
    ///
    /// # Panics
    /// When that is not possible.
    pub fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.keeper.cast_signed()), signal).expect("process 1 is there");
    }

    /// Waits until it ends.
    #[must_use]
    pub fn wait(self) -> Ended {
        self.outside.wait()
    }

    /// Asks it to stop with TERM and waits for the end.
    #[must_use]
    pub fn stop(self) -> Ended {
        self.signal(Signal::SIGTERM);
        self.wait()
    }
}
