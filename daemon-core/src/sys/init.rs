//! What process 1 must do: take signals as they come, and reap whatever ends. Nothing here allocates. An image after a
//! restart in place reaps what earlier ones have left, too.

use std::mem::MaybeUninit;

/// A signal that was taken.
pub(crate) enum Arrived {
    /// A child has ended, or several.
    Child,
    /// A key of the terminal or its size: every process of the foreground group got it.
    FromTerminal,
    /// Any other, by its number.
    Signal(i32),
}

/// Signals that a terminal sends to its whole foreground group. A hang-up is not among them: it goes to the leader of
/// the session alone.
const BY_KEYBOARD: [i32; 4] = [libc::SIGINT, libc::SIGQUIT, libc::SIGTSTP, libc::SIGWINCH];

/// Sleeps until a signal arrives. All of them must be blocked.
pub(crate) fn next_signal() -> Arrived {
    let mut all = MaybeUninit::<libc::sigset_t>::uninit();
    let mut info = MaybeUninit::<libc::siginfo_t>::zeroed();
    loop {
        // SAFETY: `sigfillset` makes the set before it is read; the kernel writes `info`, for which zeroes are valid.
        let (number, code) = unsafe {
            libc::sigfillset(all.as_mut_ptr());
            let number = libc::sigwaitinfo(all.as_ptr(), info.as_mut_ptr());
            (number, info.assume_init_ref().si_code)
        };
        match number {
            libc::SIGCHLD => return Arrived::Child,
            number if number > 0 && code == libc::SI_KERNEL && BY_KEYBOARD.contains(&number) => {
                return Arrived::FromTerminal;
            }
            number if number > 0 => return Arrived::Signal(number),
            // Interrupted by a stop.
            _ => {}
        }
    }
}

/// A process that has ended.
pub(crate) struct Gone {
    pub(crate) pid: u32,
    /// Its exit code; 128 and the number of the signal that ended it.
    pub(crate) code: u8,
}

/// Reaps one child that has ended, whoever's it was once.
pub(crate) fn reap() -> Option<Gone> {
    let mut status = 0;
    // SAFETY: the kernel writes one number to `status`.
    let pid = unsafe { libc::waitpid(-1, &raw mut status, libc::WNOHANG) };
    let code = if libc::WIFSIGNALED(status) { 128 + libc::WTERMSIG(status) } else { libc::WEXITSTATUS(status) };
    let pid = u32::try_from(pid).ok().filter(|pid| *pid > 0)?;
    Some(Gone { pid, code: u8::try_from(code).unwrap_or(u8::MAX) })
}

/// Sends `number` to a child that has not been reaped, so that the process number can not be another's.
pub(crate) fn pass_on(child: u32, number: i32) {
    // SAFETY: no memory is passed.
    unsafe {
        libc::kill(child.cast_signed(), number);
    }
}
