//! Running a subject and looking at it from outside: start, end, CPU clock, memory, wake-ups.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::ffi::OsString;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

/// How to start a subject.
#[derive(Debug, Clone)]
pub struct Program {
    /// The executable.
    pub path: PathBuf,
    /// Its arguments.
    pub args: Vec<OsString>,
}

impl Program {
    /// A program without arguments.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), args: Vec::new() }
    }

    /// With one more argument.
    pub fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// The command, with nothing on its standard streams.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        command.args(&self.args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }
}

/// A started subject. Dropped before its end, it is killed: no run leaves a process behind.
#[derive(Debug)]
pub struct Running {
    pid: Pid,
    watch: OwnedFd,
    ended: bool,
}

impl Running {
    /// Starts the command. The child is reaped by `end`, never through the handle of `std`.
    pub fn start(command: &mut Command) -> io::Result<Self> {
        let pid = i32::try_from(command.spawn()?.id()).map_err(io::Error::other)?;
        // SAFETY: the call takes a pid and flags and returns a descriptor or -1.
        let opened = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) };
        let number = i32::try_from(opened).map_err(io::Error::other)?;
        if number < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the kernel has just opened this descriptor for us.
        let watch = unsafe { OwnedFd::from_raw_fd(number) };
        Ok(Self { pid: Pid::from_raw(pid), watch, ended: false })
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) -> io::Result<()> {
        Ok(kill(self.pid, signal)?)
    }

    /// Waits for the end and reaps. A process that outlives the limit is killed and is an error, and so is
    /// one that ends otherwise than with exit code 0 or by a SIGTERM it has no handler for.
    pub fn end(mut self, limit: Duration) -> io::Result<()> {
        let mut ready = libc::pollfd { fd: self.watch.as_raw_fd(), events: libc::POLLIN, revents: 0 };
        let limit = i32::try_from(limit.as_millis()).unwrap_or(i32::MAX);
        // SAFETY: `ready` is one valid pollfd.
        if unsafe { libc::poll(&raw mut ready, 1, limit) } != 1 {
            return Err(io::Error::other("did not end in time"));
        }
        let status = self.reap()?;
        let terminated = libc::WIFSIGNALED(status) && libc::WTERMSIG(status) == libc::SIGTERM;
        if terminated || (libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0) {
            return Ok(());
        }
        Err(io::Error::other(format!("ended with wait status {status:#x}")))
    }

    fn reap(&mut self) -> io::Result<i32> {
        let mut status = 0;
        // SAFETY: `status` is a valid place to write to; our child is waited for once.
        let reaped = unsafe { libc::waitpid(self.pid.as_raw(), &raw mut status, 0) };
        self.ended = true;
        if reaped < 0 { Err(io::Error::last_os_error()) } else { Ok(status) }
    }

    /// Nanoseconds of the process CPU clock: all threads, dead ones included.
    pub fn cpu(&self) -> io::Result<f64> {
        let clock = (!self.pid.as_raw() << 3) | 2; // CPUCLOCK_SCHED of a process, see clock_getcpuclockid(3)
        let mut at = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: `at` is a valid timespec to write to.
        if unsafe { libc::clock_gettime(clock, &raw mut at) } != 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(at.tv_sec as f64 * 1e9 + at.tv_nsec as f64)
    }

    /// Resident and proportional set size in kB.
    pub fn memory(&self) -> io::Result<(f64, f64)> {
        let rollup = std::fs::read_to_string(format!("/proc/{}/smaps_rollup", self.pid))?;
        let both = field(&rollup, "Rss:").zip(field(&rollup, "Pss:"));
        both.ok_or_else(|| io::Error::other("smaps_rollup is not understood"))
    }

    /// How often its threads have gone to sleep, and how many threads there are.
    pub fn sleeps(&self) -> io::Result<(f64, f64)> {
        let (mut slept, mut threads) = (0.0, 0.0);
        for task in std::fs::read_dir(format!("/proc/{}/task", self.pid))? {
            let status = std::fs::read_to_string(task?.path().join("status"))?;
            let count = field(&status, "voluntary_ctxt_switches:");
            slept += count.ok_or_else(|| io::Error::other("status is not understood"))?;
            threads += 1.0;
        }
        Ok((slept, threads))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.ended && self.signal(Signal::SIGKILL).is_ok() {
            let _killed = self.reap();
        }
    }
}

/// The number behind `key` at the beginning of a line.
fn field(text: &str, key: &str) -> Option<f64> {
    text.lines().find_map(|line| line.strip_prefix(key))?.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_at_the_beginning_of_its_line() {
        let status = "Name:\tx\nnonvoluntary_ctxt_switches:\t7\nvoluntary_ctxt_switches:\t12\n";
        assert_eq!(field(status, "voluntary_ctxt_switches:"), Some(12.0));
        assert_eq!(field("Rss:      1234 kB\n", "Rss:"), Some(1234.0));
        assert_eq!(field(status, "Pss:"), None);
    }

    #[test]
    fn an_end_is_reaped_and_a_failure_told() {
        let end = |program: &str| {
            Running::start(&mut Program::new(program).command()).and_then(|run| run.end(Duration::from_secs(5)))
        };
        assert!(end("/bin/true").is_ok());
        assert!(end("/bin/false").is_err());
    }

    #[test]
    fn what_does_not_end_is_killed() {
        let mut command = Program::new("/bin/sleep").arg("60").command();
        let found = Running::start(&mut command).and_then(|run| run.end(Duration::from_millis(20)));
        assert!(found.is_err_and(|error| error.to_string().contains("in time")));
    }
}
