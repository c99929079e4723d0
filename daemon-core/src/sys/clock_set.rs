//! Tells when somebody sets the wall clock, and when the machine has slept.

use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

use nix::sys::time::TimeSpec;
use nix::sys::timerfd::{ClockId, Expiration, TimerFd, TimerFlags, TimerSetTimeFlags};

/// A timer that never expires: the kernel cancels it when the clock it counts on is set.
pub(crate) struct ClockSet(TimerFd);

impl ClockSet {
    pub(crate) fn new() -> nix::Result<Self> {
        let flags = TimerFlags::TFD_CLOEXEC | TimerFlags::TFD_NONBLOCK;
        let watch = Self(TimerFd::new(ClockId::CLOCK_REALTIME, flags)?);
        watch.arm()?;
        Ok(watch)
    }

    /// Becomes readable when the clock was set.
    pub(crate) fn fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }

    /// Whether the clock was set since the last call.
    pub(crate) fn take(&self) -> bool {
        let mut expirations = [0; 8];
        let canceled = nix::unistd::read(&self.0, &mut expirations) == Err(nix::errno::Errno::ECANCELED);
        if canceled {
            // The next one is missed at worst: then hooks are as late as the clock was moved.
            let _ = self.arm();
        }
        canceled
    }

    fn arm(&self) -> nix::Result<()> {
        // Far away, and within what the kernel can count.
        let never = TimeSpec::from_duration(Duration::from_secs(i32::MAX.cast_unsigned().into()));
        let flags = TimerSetTimeFlags::TFD_TIMER_ABSTIME | TimerSetTimeFlags::TFD_TIMER_CANCEL_ON_SET;
        self.0.set(Expiration::OneShot(never), flags)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nix::time::{ClockId, clock_gettime, clock_settime};

    /// Needs the right to set the clock. It is set to what it is, a microsecond at most off.
    #[test]
    fn fault_067_a_clock_that_is_set_is_noticed_once() {
        let watch = ClockSet::new().expect("a timer");
        assert!(!watch.take(), "nobody has set it yet");
        let now = clock_gettime(ClockId::CLOCK_REALTIME).expect("the time");
        match clock_settime(ClockId::CLOCK_REALTIME, now) {
            Ok(()) => assert!(watch.take() && !watch.take(), "once"),
            Err(error) => assert_eq!(error, nix::errno::Errno::EPERM, "not shown here: only root may set the clock"),
        }
    }
}
