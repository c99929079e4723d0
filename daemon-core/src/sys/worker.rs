//! What a worker process needs of the kernel: to end with its daemon, to keep its line apart, to be ended with its group.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, FromRawFd, OwnedFd, RawFd};

use nix::fcntl::{FcntlArg, fcntl};
use nix::sys::resource::{Resource, getrlimit};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::{Pid, dup2_stdin, getppid};

/// So many descriptors, or an eighth of all that there may be, are not for workers.
const ROOM: u64 = 64;

/// Sends a signal to a whole process group, whose leader must be a child that was not waited for.
pub(crate) fn signal_group(leader: u32, signal: Signal) {
    if let Ok(leader) = i32::try_from(leader) {
        let _ = killpg(Pid::from_raw(leader), signal);
    }
}

/// Whether a descriptor of this number leaves some for others: they are given out from the lowest on, and pools must not
/// take the last, or no hook could open a file any more.
pub(crate) fn leaves_room(number: RawFd) -> bool {
    let Ok((most, _)) = getrlimit(Resource::RLIMIT_NOFILE) else { return true };
    u64::try_from(number).is_ok_and(|number| number + ROOM.min(most / 8) < most)
}

/// Ends this process when its parent does; `false` when that is gone already.
pub(crate) fn die_with(parent: u32) -> bool {
    // SAFETY: takes a number, touches no memory.
    unsafe {
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL as libc::c_ulong);
    }
    getppid().as_raw().cast_unsigned() == parent
}

/// Moves descriptor 0 out of the way of whoever reads standard input, and puts /dev/null there.
pub(crate) fn take_line() -> io::Result<OwnedFd> {
    let line = fcntl(io::stdin().as_fd(), FcntlArg::F_DUPFD_CLOEXEC(3))?;
    // SAFETY: the kernel just made this descriptor for us.
    let line = unsafe { OwnedFd::from_raw_fd(line) };
    dup2_stdin(File::open("/dev/null")?)?;
    Ok(line)
}
