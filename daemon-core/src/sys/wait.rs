//! The one place where the daemon sleeps: an epoll over a timer and descriptors.
//!
//! The timer is one-shot and absolute. epoll's own timeout is not used: it rounds to milliseconds, and the kernel adds
//! slack to it.

use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use nix::sys::time::TimeSpec;
use nix::sys::timerfd::{ClockId, Expiration, TimerFd, TimerFlags, TimerSetTimeFlags};

use crate::clock::Mono;

/// What a descriptor is watched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Interest {
    /// There is something to read, for as long as there is.
    Readable,
    /// It takes more; told once.
    WritableOnce,
}

/// The token of the timer; other descriptors use smaller ones.
const TIMER: u64 = u64::MAX;
/// News that one wake-up can bring; more are told by the next.
const BATCH: usize = 8;

/// A timer and descriptors to sleep on.
pub(crate) struct Waiter {
    epoll: Epoll,
    timer: TimerFd,
    armed: Option<Mono>,
}

impl Waiter {
    pub(crate) fn new() -> nix::Result<Self> {
        let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?;
        let timer = TimerFd::new(ClockId::CLOCK_MONOTONIC, TimerFlags::TFD_CLOEXEC | TimerFlags::TFD_NONBLOCK)?;
        // Edge-triggered: it is set anew for each deadline, so its count never needs to be read.
        epoll.add(timer.as_fd(), EpollEvent::new(EpollFlags::EPOLLIN | EpollFlags::EPOLLET, TIMER))?;
        Ok(Self { epoll, timer, armed: None })
    }

    /// Watches `fd` and reports it as `token`.
    pub(crate) fn watch(&self, fd: BorrowedFd<'_>, token: u64, interest: Interest) -> nix::Result<()> {
        let flags = match interest {
            Interest::Readable => EpollFlags::EPOLLIN,
            Interest::WritableOnce => EpollFlags::EPOLLOUT | EpollFlags::EPOLLONESHOT,
        };
        match self.epoll.add(fd, EpollEvent::new(flags, token)) {
            Err(Errno::EEXIST) => self.epoll.modify(fd, &mut EpollEvent::new(flags, token)),
            other => other,
        }
    }

    /// Sleeps until `until` (`None`: without end) or until a watched descriptor has news, and reports each by its token.
    /// A signal handler that ran ends the sleep early with no news.
    pub(crate) fn wait(&mut self, until: Option<Mono>, news: impl FnMut(u64)) -> nix::Result<()> {
        self.arm(until)?;
        self.collect(EpollTimeout::NONE, news)
    }

    /// Reports what is there now, without sleeping.
    pub(crate) fn poll(&mut self, news: impl FnMut(u64)) -> nix::Result<()> {
        self.collect(EpollTimeout::ZERO, news)
    }

    fn collect(&mut self, timeout: EpollTimeout, mut news: impl FnMut(u64)) -> nix::Result<()> {
        let mut events = [EpollEvent::empty(); BATCH];
        let count = match self.epoll.wait(&mut events, timeout) {
            Err(Errno::EINTR) => 0,
            other => other?,
        };
        for event in &events[..count] {
            match event.data() {
                TIMER => self.armed = None,
                token => news(token),
            }
        }
        Ok(())
    }

    fn arm(&mut self, until: Option<Mono>) -> nix::Result<()> {
        if self.armed == until {
            return Ok(());
        }
        match until {
            // A zero would disarm it; one nanosecond after boot is as much in the past.
            Some(at) => {
                let at = TimeSpec::from_duration(Duration::from_nanos(at.0.max(1)));
                self.timer.set(Expiration::OneShot(at), TimerSetTimeFlags::TFD_TIMER_ABSTIME)?;
            }
            None => self.timer.unset()?,
        }
        self.armed = until;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn wakes_for_a_past_instant_at_once_and_for_a_descriptor() {
        let mut waiter = Waiter::new().expect("epoll and timerfd");
        waiter.wait(Some(Mono(0)), |_| panic!("no descriptor is watched")).expect("a wake-up");
        let (reader, mut writer) = std::io::pipe().expect("a pipe");
        waiter.watch(reader.as_fd(), 7, Interest::Readable).expect("a watch");
        writer.write_all(b"x").expect("a byte");
        let mut told = Vec::new();
        waiter.wait(None, |token| told.push(token)).expect("a wake-up");
        assert_eq!(told, [7]);
    }
}
