//! A daemon whose monotonic clock a test moves on: by the number of seconds in the file `AHEAD`, from the moment that
//! file is there. What is due after half a minute need not be waited for.
//!
//! The program's own definitions of two functions of the C library go before the library's.

use std::sync::atomic::{AtomicI64, Ordering};

use daemon_core::prelude::*;
use daemon_tests::asked;
use libc::{c_int, clockid_t, itimerspec, timespec};

/// By how many seconds the clock is ahead.
static AHEAD: AtomicI64 = AtomicI64::new(0);

/// `clock_gettime(2)`, with the monotonic clock ahead.
#[unsafe(no_mangle)]
unsafe extern "C" fn clock_gettime(clock: clockid_t, time: *mut timespec) -> c_int {
    // SAFETY: the caller answers for the pointer, as for the C library's own function.
    unsafe {
        let done = libc::syscall(libc::SYS_clock_gettime, clock, time);
        if done != 0 {
            return -1;
        }
        if clock == libc::CLOCK_MONOTONIC {
            (*time).tv_sec += AHEAD.load(Ordering::Relaxed);
        }
        0
    }
}

/// `timerfd_settime(2)`: deadlines are of the clock that is ahead, the kernel's is not.
#[unsafe(no_mangle)]
unsafe extern "C" fn timerfd_settime(
    timer: c_int,
    flags: c_int,
    new: *const itimerspec,
    old: *mut itimerspec,
) -> c_int {
    // SAFETY: the caller answers for the pointers, as for the C library's own function.
    unsafe {
        let mut new = *new;
        if new.it_value.tv_sec != 0 || new.it_value.tv_nsec != 0 {
            new.it_value.tv_sec = (new.it_value.tv_sec - AHEAD.load(Ordering::Relaxed)).max(0);
            // All zeroes would disarm it.
            new.it_value.tv_nsec = new.it_value.tv_nsec.max(1);
        }
        if libc::syscall(libc::SYS_timerfd_settime, timer, flags, &raw const new, old) == 0 { 0 } else { -1 }
    }
}

struct Moved;

impl Daemon for Moved {
    fn declare(spec: &mut Spec<Self>) {
        spec.package("moved-clock", env!("CARGO_PKG_VERSION"));
        spec.interval(duration!("2ms"));
        spec.setup(|_| Self);
        spec.execute(|_, _| {
            let text = asked::<String>("AHEAD").and_then(|path| std::fs::read_to_string(path).ok());
            if let Some(seconds) = text.and_then(|text| text.trim().parse().ok()) {
                AHEAD.store(seconds, Ordering::Relaxed);
            }
        });
    }
}

fn main() -> ExitCode {
    Moved::main()
}
