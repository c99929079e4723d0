//! What the loop has done so far: counts and times, cheap enough to keep for ever.
//!
//! A fixed amount of memory, whatever the uptime: the original's grew without end where no idle time was left.

use std::time::Duration;

use crate::clock::{Mono, nanos};

/// How many of the last iterations the trimmed means look at.
const RECENT: usize = 100;
/// The share of the longest and of the shortest that a trimmed mean leaves out, in percent.
const TRIM_PERCENT: usize = 5;

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
#[derive(Clone, Debug)]
pub struct Stats {
    began: Mono,
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

    /// Counts one thing.
    pub fn count(&mut self, count: Count) {
        match count {
            Count::Iteration {
                late,
                took,
                idle,
                overrun,
                missed,
            } => {
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

    /// The figures as they stand at `now`.
    #[must_use]
    pub fn summary(&self, now: Mono) -> Summary {
        let uptime = now.since(self.began);
        Summary {
            uptime,
            iterations: self.iterations,
            overruns: self.overruns,
            missed: self.missed,
            idle_share: idle_share(uptime, self.busy),
            duration: self.took.spread(),
            lateness: self.late.spread(),
            trimmed_duration: self.recent_took.trimmed_mean(),
            trimmed_idle: self.recent_idle.trimmed_mean(),
            sample: self.recent_took.len,
        }
    }
}

fn idle_share(uptime: Duration, busy: Duration) -> f64 {
    if uptime.is_zero() {
        return 0.0;
    }
    (1.0 - busy.as_secs_f64() / uptime.as_secs_f64()).clamp(0.0, 1.0)
}

/// The figures of a daemon's run so far: `cx.stats()`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// Since the loop was set up.
    pub uptime: Duration,
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
}

/// Mean, median, 99th percentile and largest of a kind of time. Percentiles are exact to about 3 %.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Spread {
    /// The arithmetic mean.
    pub mean: Duration,
    /// Half are at most this.
    pub p50: Duration,
    /// 99 of 100 are at most this.
    pub p99: Duration,
    /// The largest.
    pub max: Duration,
}

/// Parts of an octave: 2^5 of them give an error of 1/32.
const PART_BITS: u32 = 5;
const PARTS: usize = 1 << PART_BITS;
/// The octaves of a `u64` above the linear part.
const OCTAVES: usize = 64 - PART_BITS as usize + 1;

/// Counts by size: each octave in 32 equal parts.
#[derive(Clone, Debug)]
struct Histogram {
    // Boxed: 15 KiB in the middle of the loop's state would push the hot fields apart.
    buckets: Box<[u64; OCTAVES * PARTS]>,
    count: u64,
    sum: u128,
    max: u64,
}

impl Histogram {
    fn new() -> Self {
        Self {
            buckets: Box::new([0; OCTAVES * PARTS]),
            count: 0,
            sum: 0,
            max: 0,
        }
    }

    fn record(&mut self, value: u64) {
        self.buckets[bucket(value)] += 1;
        self.count += 1;
        self.sum += u128::from(value);
        self.max = self.max.max(value);
    }

    fn spread(&self) -> Spread {
        if self.count == 0 {
            return Spread::default();
        }
        #[allow(clippy::cast_possible_truncation, reason = "a mean of u64 fits a u64")]
        let mean = (self.sum / u128::from(self.count)) as u64;
        Spread {
            mean: Duration::from_nanos(mean),
            p50: Duration::from_nanos(self.percentile(50)),
            p99: Duration::from_nanos(self.percentile(99)),
            max: Duration::from_nanos(self.max),
        }
    }

    fn percentile(&self, percent: u64) -> u64 {
        let rank = (self.count * percent).div_ceil(100).max(1);
        let mut seen = 0;
        for (index, count) in self.buckets.iter().enumerate() {
            seen += count;
            if seen >= rank {
                return top_of(index).min(self.max);
            }
        }
        self.max
    }
}

const fn bucket(value: u64) -> usize {
    if value < PARTS as u64 {
        #[allow(clippy::cast_possible_truncation, reason = "below 32")]
        let linear = value as usize;
        return linear;
    }
    let octave = 63 - value.leading_zeros();
    #[allow(clippy::cast_possible_truncation, reason = "masked to five bits")]
    let part = (value >> (octave - PART_BITS)) as usize & (PARTS - 1);
    (octave - PART_BITS + 1) as usize * PARTS + part
}

/// The largest value that falls into a bucket.
const fn top_of(index: usize) -> u64 {
    if index < PARTS {
        return index as u64;
    }
    #[allow(clippy::cast_possible_truncation, reason = "at most 60 octaves")]
    let shift = (index / PARTS - 1) as u32;
    let start = (PARTS + index % PARTS) as u64;
    // The last bucket's top is the largest u64: add before shifting would overflow.
    ((start << shift) - 1).wrapping_add(1 << shift)
}

/// The last hundred values, in a ring.
#[derive(Clone, Debug)]
struct Recent {
    ring: [u64; RECENT],
    at: usize,
    len: usize,
}

impl Recent {
    const fn new() -> Self {
        Self {
            ring: [0; RECENT],
            at: 0,
            len: 0,
        }
    }

    fn push(&mut self, value: u64) {
        self.ring[self.at] = value;
        self.at = (self.at + 1) % RECENT;
        self.len = (self.len + 1).min(RECENT);
    }

    /// As the original: the longest and shortest 5 %, rounded up, are left out, unless nothing would remain.
    fn trimmed_mean(&self) -> Duration {
        let mut values = self.ring;
        let values = &mut values[..self.len];
        values.sort_unstable();
        let trim = (values.len() * TRIM_PERCENT).div_ceil(100);
        let kept = if values.len() > 2 * trim {
            &values[trim..values.len() - trim]
        } else {
            &*values
        };
        let sum: u128 = kept.iter().map(|value| u128::from(*value)).sum();
        #[allow(clippy::cast_possible_truncation, reason = "a mean of u64 fits a u64")]
        let mean = (sum / kept.len().max(1) as u128) as u64;
        Duration::from_nanos(mean)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn iteration(took: u64) -> Count {
        let took = Duration::from_nanos(took);
        Count::Iteration {
            late: took,
            took,
            idle: Some(took),
            overrun: false,
            missed: 0,
        }
    }

    #[test]
    fn buckets_hold_what_they_say() {
        for value in [
            0,
            1,
            31,
            32,
            33,
            63,
            64,
            1_000,
            999_999,
            123_456_789,
            u64::MAX / 3,
            u64::MAX,
        ] {
            let top = top_of(bucket(value));
            assert!(top >= value, "{value} in a bucket up to {top}");
            assert!(
                top - value <= value / PARTS as u64,
                "{value} in a bucket up to {top}"
            );
        }
    }

    #[test]
    fn percentiles_are_near_the_truth() {
        let mut stats = Stats::new(Mono(0));
        (1..=1000u64).for_each(|n| stats.count(iteration(n * 1_000)));
        let spread = stats.summary(Mono(1_000_000_000)).duration;
        let near = |got: Duration, want: u64| {
            got.as_nanos().abs_diff(u128::from(want)) * 30 <= u128::from(want)
        };
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
        for extreme in [
            1_000_000, 1_000_000, 1_000_000, 1_000_000, 1_000_000, 0, 0, 0, 0, 0,
        ] {
            stats.count(iteration(extreme));
        }
        let summary = stats.summary(Mono(1));
        assert_eq!(summary.trimmed_duration, Duration::from_nanos(100));
        assert_eq!(summary.sample, 100);
    }

    #[test]
    fn nothing_done_is_no_division_by_zero() {
        let summary = Stats::new(Mono(5)).summary(Mono(5));
        assert_eq!(
            (summary.iterations, summary.idle_share, summary.duration),
            (0, 0.0, Spread::default())
        );
    }
}
