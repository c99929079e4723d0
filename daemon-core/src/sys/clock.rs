//! Reads the three clocks.

use nix::time::{ClockId, clock_gettime};

use crate::clock::{Boot, Mono, Now, Wall};

/// All three clocks at about the same moment; three calls into the vDSO, no system call.
pub(crate) fn now() -> Now {
    Now { mono: Mono(read(ClockId::CLOCK_MONOTONIC)), boot: Boot(read(ClockId::CLOCK_BOOTTIME)), wall: wall() }
}

/// The monotonic clock alone: what every tick needs.
pub(crate) fn mono() -> Mono {
    Mono(read(ClockId::CLOCK_MONOTONIC))
}

/// The wall clock alone.
pub(crate) fn wall() -> Wall {
    Wall(read(ClockId::CLOCK_REALTIME))
}

fn read(clock: ClockId) -> u64 {
    // These clocks exist on every Linux this builds for; a wall clock before 1970 reads as 1970.
    clock_gettime(clock).map_or(0, |time| {
        let seconds = u64::try_from(time.tv_sec()).unwrap_or(0);
        seconds.saturating_mul(1_000_000_000).saturating_add(u64::try_from(time.tv_nsec()).unwrap_or(0))
    })
}
