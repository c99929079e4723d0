//! Peer of the stop row, by hand on the floor's own primitives: what lies between it and the C floor is
//! the language's share of a stop, what lies between it and our subject the framework's.

mod clock;
mod ready;

use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::SignalFd;
use nix::sys::time::TimeSpec;
use nix::sys::timerfd::{ClockId, Expiration, TimerFd, TimerFlags, TimerSetTimeFlags};
use std::time::Duration;

fn main() -> std::io::Result<()> {
    ready::stamp()?;
    let term = SigSet::from(Signal::SIGTERM);
    term.thread_block()?;
    let signals = SignalFd::new(&term)?;
    let timer = TimerFd::new(ClockId::CLOCK_MONOTONIC, TimerFlags::TFD_CLOEXEC)?;
    let ten = TimeSpec::from_duration(Duration::from_secs(10));
    timer.set(Expiration::Interval(ten), TimerSetTimeFlags::empty())?;
    let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?;
    epoll.add(&signals, EpollEvent::new(EpollFlags::EPOLLIN, 1))?;
    epoll.add(&timer, EpollEvent::new(EpollFlags::EPOLLIN, 2))?;
    ready::stamp()?;
    epoll.wait(&mut [EpollEvent::empty()], EpollTimeout::NONE)?;
    Ok(())
}
