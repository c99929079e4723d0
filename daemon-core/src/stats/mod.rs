//! What the loop has done so far: counts and times, cheap enough to keep for ever.
//!
//! A fixed amount of memory, whatever the uptime: the original's grew without end where no idle time was left.

mod carry;
mod histogram;

use std::time::Duration;

pub(crate) use histogram::Histogram;
use histogram::Recent;
pub use histogram::Spread;

use crate::clock::{Mono, nanos};
use crate::plan::Trigger;

/// One thing the loop did, as the engine reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// An iteration ended.
    Iteration {
        /// How late it began.
        late: Duration,
        /// How long it took.
        took: Duration,
        /// What was left of its interval; `None` without an interval.
        idle: Option<Duration>,
        /// It took as long as its interval, or longer.
        overrun: bool,
        /// Slots left out since the last one.
        missed: u64,
    },
    /// A hook outside an iteration ended.
    Hook {
        /// How long it took.
        took: Duration,
    },
}

/// What is kept. Read it through [`Stats::summary`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stats {
    began: Mono,
    restarts: u64,
    iterations: u64,
    overruns: u64,
    missed: u64,
    busy: Duration,
    took: Histogram,
    late: Histogram,
    recent_took: Recent,
    recent_idle: Recent,
}

impl Stats {
    /// Nothing done yet, since `began`.
    #[must_use]
    pub fn new(began: Mono) -> Self {
        Self {
            began,
            restarts: 0,
            iterations: 0,
            overruns: 0,
            missed: 0,
            busy: Duration::ZERO,
            took: Histogram::new(),
            late: Histogram::new(),
            recent_took: Recent::new(),
            recent_idle: Recent::new(),
        }
    }

    /// The same after one more restart in place.
    #[must_use]
    pub fn restarted(self) -> Self {
        Self { restarts: self.restarts + 1, ..self }
    }

    /// Counts one thing.
    pub fn count(&mut self, count: Count) {
        match count {
            Count::Iteration { late, took, idle, overrun, missed } => {
                self.iterations += 1;
                self.overruns += u64::from(overrun);
                self.missed += missed;
                self.busy += took;
                self.took.record(nanos(took));
                self.late.record(nanos(late));
                self.recent_took.push(nanos(took));
                if let Some(idle) = idle {
                    self.recent_idle.push(nanos(idle));
                }
            }
            Count::Hook { took } => self.busy += took,
        }
    }

    /// The figures as they stand at `now`. What is not counted here (memory, locks, due times) is left empty.
    #[must_use]
    pub fn summary(&self, now: Mono) -> Summary {
        let uptime = now.since(self.began);
        Summary {
            uptime,
            restarts: self.restarts,
            iterations: self.iterations,
            overruns: self.overruns,
            missed: self.missed,
            idle_share: idle_share(uptime, self.busy),
            duration: self.took.spread(),
            lateness: self.late.spread(),
            trimmed_duration: self.recent_took.trimmed_mean(),
            trimmed_idle: self.recent_idle.trimmed_mean(),
            sample: self.recent_took.len,
            memory: 0,
            peak_memory: 0,
            locks: Vec::new(),
            due: Vec::new(),
        }
    }
}

fn idle_share(uptime: Duration, busy: Duration) -> f64 {
    if uptime.is_zero() {
        return 0.0;
    }
    (1.0 - busy.as_secs_f64() / uptime.as_secs_f64()).clamp(0.0, 1.0)
}

/// The figures of a daemon's life so far: `cx.stats()`. They go on over a restart in place; memory, locks and due times are
/// those of the moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// Since the loop was set up for the first time.
    pub uptime: Duration,
    /// Restarts in place since then.
    pub restarts: u64,
    /// Iterations that have ended.
    pub iterations: u64,
    /// Iterations that took as long as the interval, or longer.
    pub overruns: u64,
    /// Slots that were left out.
    pub missed: u64,
    /// The share of the uptime in which no hook ran, from 0 to 1.
    pub idle_share: f64,
    /// How long iterations took.
    pub duration: Spread,
    /// How late iterations began.
    pub lateness: Spread,
    /// Mean duration of the last 100 iterations, the longest and shortest 5 % left out.
    pub trimmed_duration: Duration,
    /// Mean time left in the interval of the same iterations, trimmed the same way.
    pub trimmed_idle: Duration,
    /// How many iterations the trimmed means rest on.
    pub sample: usize,
    /// Resident memory of the process, in bytes.
    pub memory: u64,
    /// The most it ever was, in bytes.
    pub peak_memory: u64,
    /// The locks that are held, each in words.
    pub locks: Vec<String>,
    /// What is due next.
    pub due: Vec<Due>,
}

/// Something that is due: `execute` or a timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// What.
    pub trigger: Trigger,
    /// When, on the monotonic clock.
    pub at: Mono,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn iteration(took: u64) -> Count {
        let took = Duration::from_nanos(took);
        Count::Iteration { late: took, took, idle: Some(took), overrun: false, missed: 0 }
    }

    #[test]
    fn percentiles_are_near_the_truth() {
        let mut stats = Stats::new(Mono(0));
        (1..=1000u64).for_each(|n| stats.count(iteration(n * 1_000)));
        let spread = stats.summary(Mono(1_000_000_000)).duration;
        let near = |got: Duration, want: u64| got.as_nanos().abs_diff(u128::from(want)) * 30 <= u128::from(want);
        assert!(near(spread.p50, 500_000), "{spread:?}");
        assert!(near(spread.p99, 990_000), "{spread:?}");
        assert_eq!(spread.max, Duration::from_millis(1));
        assert_eq!(spread.mean, Duration::from_nanos(500_500));
    }

    #[test]
    fn the_trimmed_mean_leaves_out_the_extremes() {
        let mut stats = Stats::new(Mono(0));
        for _ in 0..90 {
            stats.count(iteration(100));
        }
        for extreme in [1_000_000, 1_000_000, 1_000_000, 1_000_000, 1_000_000, 0, 0, 0, 0, 0] {
            stats.count(iteration(extreme));
        }
        let summary = stats.summary(Mono(1));
        assert_eq!(summary.trimmed_duration, Duration::from_nanos(100));
        assert_eq!(summary.sample, 100);
    }

    #[test]
    fn nothing_done_is_no_division_by_zero() {
        let summary = Stats::new(Mono(5)).summary(Mono(5));
        assert_eq!((summary.iterations, summary.idle_share, summary.duration), (0, 0.0, Spread::default()));
    }
}
