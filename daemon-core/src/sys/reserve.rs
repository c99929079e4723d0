//! Descriptors kept back, so that the framework's own steps work when the author's code has used up all others.
//!
//! They are many names for one `/dev/null`. Whoever needs some takes them for a moment with [`lend`]; they are refilled
//! at its end. Another thread that opens files just then can still be quicker.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::sync::{Mutex, MutexGuard, PoisonError};

use nix::sys::resource::{Resource, getrlimit};

/// What the most hungry step, the trial start of a new program, needs at the same time, and some more.
const SIZE: usize = 12;

#[derive(Default)]
struct Reserve {
    kept: Vec<OwnedFd>,
    /// What new ones are made from; never given away.
    source: Option<OwnedFd>,
    /// How often it is lent just now.
    lent: usize,
    size: usize,
}

static RESERVE: Mutex<Reserve> = Mutex::new(Reserve { kept: Vec::new(), source: None, lent: 0, size: 0 });

fn reserve() -> MutexGuard<'static, Reserve> {
    RESERVE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes the reserve. Where descriptors are few, it is smaller, and where there is no `/dev/null`, there is none.
pub(crate) fn take() {
    let most = getrlimit(Resource::RLIMIT_NOFILE).map_or(SIZE, |(soft, _)| usize::try_from(soft / 8).unwrap_or(SIZE));
    let mut reserve = reserve();
    reserve.source = File::open("/dev/null").ok().map(OwnedFd::from);
    reserve.size = most.min(SIZE);
    refill(&mut reserve);
}

/// Lets go of the reserve until the answer is dropped.
pub(crate) fn lend() -> Lent {
    let mut reserve = reserve();
    reserve.lent += 1;
    reserve.kept.clear();
    Lent(())
}

/// The reserve is open for use.
pub(crate) struct Lent(());

impl Drop for Lent {
    fn drop(&mut self) {
        let mut reserve = reserve();
        reserve.lent -= 1;
        if reserve.lent == 0 {
            refill(&mut reserve);
        }
    }
}

fn refill(reserve: &mut Reserve) {
    while reserve.kept.len() < reserve.size {
        let Some(Ok(more)) = reserve.source.as_ref().map(OwnedFd::try_clone) else { return };
        reserve.kept.push(more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fault_107_what_is_lent_comes_back_at_the_end_of_the_last() {
        take();
        let count = || reserve().kept.len();
        assert_eq!(count(), SIZE);
        let first = lend();
        assert_eq!(count(), 0);
        drop(lend());
        assert_eq!(count(), 0, "still lent");
        drop(first);
        assert_eq!(count(), SIZE);
    }
}
