//! Core files: what the memory of a daemon held is not left on a disk unless somebody asked for it.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use nix::sys::resource::{Resource, getrlimit, rlim_t, setrlimit};

/// The limit the process was started with.
static FOUND: OnceLock<(rlim_t, rlim_t)> = OnceLock::new();

/// What was last asked for.
static ALLOWED: AtomicBool = AtomicBool::new(false);

/// Allows core files as far as the hard limit does, or forbids them by a soft limit of 0. Commands that hooks start
/// inherit it.
pub(crate) fn set(allowed: bool) {
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_CORE) else { return };
    ALLOWED.store(allowed, Ordering::Relaxed);
    let _ = FOUND.set((soft, hard));
    // Both are always allowed: the hard limit stays.
    let _ = setrlimit(Resource::RLIMIT_CORE, if allowed { hard } else { 0 }, hard);
}

/// Puts the limit back as it was found, for an image that will look for itself.
pub(crate) fn restore() {
    if let Some((soft, hard)) = FOUND.get() {
        let _ = setrlimit(Resource::RLIMIT_CORE, *soft, *hard);
    }
}

/// Takes a [`restore`] back, when there is no other image after all.
pub(crate) fn again() {
    set(ALLOWED.load(Ordering::Relaxed));
}
