//! Peer of the tick rows, by hand on the floor's own primitive. Its ratio to the floor is the noise of
//! the run: a verdict finer than this row's spread says nothing.

mod clock;
mod series;

use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use nix::sys::time::TimeSpec;
use nix::sys::timerfd::{ClockId, Expiration, TimerFd, TimerFlags, TimerSetTimeFlags};
use std::time::Duration;

fn main() -> std::io::Result<()> {
    let interval = series::number("BENCH_INTERVAL_NS", 1_000_000);
    let ticks = series::number("BENCH_TICKS", 1000);
    let timer = TimerFd::new(ClockId::CLOCK_MONOTONIC, TimerFlags::TFD_NONBLOCK | TimerFlags::TFD_CLOEXEC)?;
    let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?;
    epoll.add(&timer, EpollEvent::new(EpollFlags::EPOLLIN | EpollFlags::EPOLLET, 1))?;
    let mut stamps = series::room(ticks + 1);
    let mut due = clock::now();
    stamps.extend([due, due]); // the first tick, at once, is the origin of the grid
    while stamps.len() <= ticks {
        due += interval;
        let at = TimeSpec::from_duration(Duration::from_nanos(due));
        timer.set(Expiration::OneShot(at), TimerSetTimeFlags::TFD_TIMER_ABSTIME)?;
        epoll.wait(&mut [EpollEvent::empty()], EpollTimeout::NONE)?;
        stamps.push(clock::now());
    }
    series::write(&stamps)
}
