//! Signals: blocked from the first statement of `main`, then taken by signal-hook into a pipe that the loop watches.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::thread::{Builder, JoinHandle};

use nix::sys::signal::SigSet;
use signal_hook::iterator::backend::SignalDelivery;
use signal_hook::iterator::exfiltrator::SignalOnly;

use super::{clock, cut};
use crate::clock::Mono;
use crate::signal::{RESERVED, Signal};

/// How many times a stop was asked for. Counted in the signal handler itself, so that a long hook can see it at once.
static STOPS: AtomicUsize = AtomicUsize::new(0);

/// When a stop was asked for first; zero for not yet.
static STOP_SINCE: AtomicU64 = AtomicU64::new(0);

/// Some signal arrived since it was last asked. It saves a loop that never sleeps a system call each round.
static RAISED: AtomicBool = AtomicBool::new(false);

/// Whether signals arrived since the last call.
pub(crate) fn raised() -> bool {
    RAISED.load(Ordering::Relaxed) && RAISED.swap(false, Ordering::Relaxed)
}

/// How many INT and TERM have arrived so far.
pub(crate) fn stops() -> usize {
    STOPS.load(Ordering::Relaxed)
}

/// When INT or TERM arrived for the first time.
pub(crate) fn stop_since() -> Option<Mono> {
    Some(STOP_SINCE.load(Ordering::Relaxed)).filter(|at| *at != 0).map(Mono)
}

/// In the handler of INT and TERM. A hook that hangs keeps the loop from hearing of it, so its time is counted from here.
fn stop_asked() {
    STOPS.fetch_add(1, Ordering::Relaxed);
    let now = clock::mono();
    if STOP_SINCE.compare_exchange(0, now.0.max(1), Ordering::Relaxed, Ordering::Relaxed).is_ok() {
        cut::stop_asked(now);
    }
}

/// Holds back all signals that can be held back, until [`Signals::listen`]. They are not lost: the kernel keeps them. The
/// signal of the time limits stays as it is: what hangs must be cut at any time.
pub(crate) fn block() {
    // SAFETY: the set is filled before it is used, and only used here.
    unsafe {
        let mut all: libc::sigset_t = std::mem::zeroed();
        libc::sigfillset(&raw mut all);
        libc::sigdelset(&raw mut all, RESERVED);
        // Can not fail: the set and the way are valid.
        libc::pthread_sigmask(libc::SIG_BLOCK, &raw const all, std::ptr::null_mut());
    }
}

/// Starts a thread that takes no signal, not even while it begins: a thread has the mask of the one that starts it.
pub(crate) fn spawn_deaf<T: Send + 'static>(
    builder: Builder,
    code: impl FnOnce() -> T + Send + 'static,
) -> io::Result<JoinHandle<T>> {
    let before = SigSet::thread_get_mask()?;
    block();
    let spawned = builder.spawn(|| {
        // The one that `block` leaves out, too.
        let _ = SigSet::all().thread_block();
        code()
    });
    before.thread_set_mask()?;
    spawned
}

/// Lets all signals through.
pub(crate) fn unblock() {
    let _ = SigSet::all().thread_unblock();
}

/// Sends ourselves a signal that we took already; blocked, it waits in the kernel.
pub(crate) fn put_back(signal: Signal) {
    // SAFETY: no memory is passed; the number is that of a signal we received.
    unsafe {
        libc::kill(libc::getpid(), signal.number());
    }
}

/// Whether a signal was ignored when we were started, as `nohup` does with HUP. Ask before [`Signals::listen`].
pub(crate) fn ignored(signal: Signal) -> bool {
    is_ignored(signal.number())
}

fn is_ignored(number: libc::c_int) -> bool {
    // SAFETY: all zeroes is a valid `sigaction`; the kernel only writes it.
    unsafe {
        let mut old: libc::sigaction = std::mem::zeroed();
        libc::sigaction(number, std::ptr::null(), &raw mut old) == 0 && old.sa_sigaction == libc::SIG_IGN
    }
}

/// Undoes what a parent may have left to us: a CHLD that is ignored makes every wait for a child fail, and whatever
/// else is ignored would stay so in every command that a hook starts. PIPE is the standard library's affair, and HUP is
/// asked for by [`ignored`] before it gets its handler.
pub(crate) fn sane_dispositions() {
    for number in 1..=libc::SIGRTMAX() {
        let ours = Signal::from_number(number).is_some_and(|signal| signal != Signal::PIPE && signal != Signal::HUP);
        if (ours || number == RESERVED) && is_ignored(number) {
            // SAFETY: the default disposition installs no handler of ours; all signals are blocked, so none is met
            // between one and the other.
            unsafe {
                libc::signal(number, libc::SIG_DFL);
            }
        }
    }
}

/// A write behind the limit of file sizes (`ulimit -f`) fails, and does not kill: a log is no reason to die. A handler that
/// does nothing, because what is ignored would stay so in every command that a hook starts.
pub(crate) fn survive_file_size_limit() {
    // SAFETY: the handler does nothing. Without it the write kills, as it would have without the call.
    let _ = unsafe { signal_hook::low_level::register(libc::SIGXFSZ, || {}) };
}

/// The signals that have arrived, behind one descriptor.
pub(crate) struct Signals {
    delivery: SignalDelivery<UnixStream, SignalOnly>,
}

impl Signals {
    /// Takes `wanted` from now on, and lets through what was held back. After this no signal of `wanted` kills by
    /// default action, and those that came meanwhile are there to be read.
    pub(crate) fn listen(wanted: &[Signal]) -> io::Result<Self> {
        let (read, write) = UnixStream::pair()?;
        for stop in [Signal::INT, Signal::TERM] {
            // SAFETY: the handler changes atomics, reads the clock and sets a timer, which is allowed in one.
            unsafe {
                signal_hook::low_level::register(stop.number(), stop_asked)?;
            }
        }
        let numbers = wanted.iter().map(|signal| signal.number());
        let delivery = SignalDelivery::with_pipe(read, write, SignalOnly, numbers)?;
        for signal in wanted {
            // Actions run in the order of registration: the pipe is written before the flag is set, so whoever sees the
            // flag finds the pipe filled, whichever thread the handler runs on.
            // SAFETY: the handler only sets an atomic.
            unsafe {
                signal_hook::low_level::register(signal.number(), || RAISED.store(true, Ordering::Relaxed))?;
            }
        }
        unblock();
        Ok(Self { delivery })
    }

    /// Becomes readable when a signal arrives.
    pub(crate) fn fd(&self) -> BorrowedFd<'_> {
        self.delivery.get_read().as_fd()
    }

    /// What arrived since the last call, each signal once.
    pub(crate) fn pending(&mut self) -> impl Iterator<Item = Signal> + use<> {
        self.delivery.pending().filter_map(Signal::from_number).collect::<Vec<_>>().into_iter()
    }
}
