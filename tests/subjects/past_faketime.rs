//! Lets a daemon under test run with libfaketime: that takes every timer for one of the wall clock, and so would move
//! those of the monotonic clock (its issue 378). The program's own definition goes before the library's.

use libc::{c_int, itimerspec};

/// `timerfd_settime(2)`, straight to the kernel.
#[unsafe(no_mangle)]
unsafe extern "C" fn timerfd_settime(
    timer: c_int,
    flags: c_int,
    new: *const itimerspec,
    old: *mut itimerspec,
) -> c_int {
    // SAFETY: the caller answers for the pointers, as for the C library's own function.
    let done = unsafe { libc::syscall(libc::SYS_timerfd_settime, timer, flags, new, old) };
    if done == 0 { 0 } else { -1 }
}
