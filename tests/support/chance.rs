//! Random moments for stimuli: from a seed that is told when a test fails.

use std::io::Write;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A sequence of random numbers. `FAULT_SEED` repeats one.
pub struct Chance {
    seed: u64,
    state: u64,
}

impl Chance {
    /// The sequence that belongs to `seed`.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { seed, state: seed.wrapping_mul(2).wrapping_add(0x9E37_79B9_7F4A_7C15) | 1 }
    }

    /// A new sequence, or that of `FAULT_SEED`.
    #[must_use]
    pub fn fresh() -> Self {
        let given = std::env::var("FAULT_SEED").ok();
        let clock = || {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            u64::from(since.subsec_nanos())
        };
        Self::new(given.and_then(|text| text.parse().ok()).unwrap_or_else(clock))
    }

    /// The next number (xorshift64*).
    pub const fn next(&mut self) -> u64 {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        self.state.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// A duration from zero to `longest`.
    pub fn up_to(&mut self, longest: Duration) -> Duration {
        let nanos = u64::try_from(longest.as_nanos()).unwrap_or(u64::MAX);
        Duration::from_nanos((self.next() >> 1) % nanos.saturating_add(1).max(1))
    }
}

impl Drop for Chance {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let _ = writeln!(std::io::stderr(), "this was with FAULT_SEED={}: set it to repeat", self.seed);
        }
    }
}
