//! Leaves the terminal, the session and the directory that the daemon was started from.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, FromRawFd, OwnedFd, RawFd};

use nix::fcntl::{FcntlArg, fcntl};
use nix::unistd::{ForkResult, chdir, dup2_stderr, dup2_stdin, dup2_stdout, fork, setsid};

/// The line to the launcher, which came as descriptor 0, out of the way of [`detach`].
pub(crate) fn control_line() -> io::Result<OwnedFd> {
    close_inherited(&[]);
    let control = fcntl(io::stdin().as_fd(), FcntlArg::F_DUPFD_CLOEXEC(3)).map_err(of("fcntl"))?;
    // SAFETY: the kernel just made this descriptor for us.
    Ok(unsafe { OwnedFd::from_raw_fd(control) })
}

/// Detaches this process, which must have only this thread: a session of its own, which no terminal can be given to,
/// and descriptors 0 to 2 on /dev/null. An error names the call.
pub(crate) fn detach() -> io::Result<()> {
    let null = File::options().read(true).write(true).open("/dev/null").map_err(of("open /dev/null"))?;
    dup2_stdin(&null).and_then(|()| dup2_stdout(&null)).and_then(|()| dup2_stderr(&null)).map_err(of("dup2"))?;
    setsid().map_err(of("setsid"))?;
    // The leader of a session can be given a terminal by opening one; its child can not.
    // SAFETY: first thing in `main`, with one thread: the child may go on as if nothing had happened.
    match unsafe { fork() }.map_err(of("fork"))? {
        ForkResult::Child => Ok(()),
        // SAFETY: the parent leaves without running anything: the child is the daemon now.
        ForkResult::Parent { .. } => unsafe { libc::_exit(0) },
    }
}

/// The error of a call, with the call's name.
fn of<E: Into<io::Error>>(call: &'static str) -> impl Fn(E) -> io::Error {
    move |error| {
        let error = error.into();
        io::Error::new(error.kind(), format!("{call}: {error}"))
    }
}

/// Whatever the one who started us left open, but for the numbers in `kept`, is not ours: it would keep a pipe or a lock of
/// others alive for months.
pub(crate) fn close_inherited(kept: &[RawFd]) {
    let mut kept: Vec<u32> = kept.iter().filter_map(|number| u32::try_from(*number).ok()).collect();
    kept.sort_unstable();
    let mut from = 3;
    for number in kept.into_iter().filter(|number| *number >= 3) {
        if from < number {
            close_range(from, number - 1);
        }
        from = number + 1;
    }
    close_range(from, u32::MAX);
}

fn close_range(first: u32, last: u32) {
    // SAFETY: first thing in `main`: nothing of ours is open yet above the standard three. A kernel before 5.9 does not
    // know the call; then they stay open.
    unsafe {
        libc::close_range(first, last, 0);
    }
}

/// Holds no directory busy.
pub(crate) fn leave_directory() -> io::Result<()> {
    Ok(chdir("/")?)
}
