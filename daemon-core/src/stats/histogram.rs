//! Times by size, and the last hundred of them: fixed memory, whatever the uptime.

use std::time::Duration;

/// How many of the last iterations the trimmed means look at.
const RECENT: usize = 100;
/// The share of the longest and of the shortest that a trimmed mean leaves out, in percent.
const TRIM_PERCENT: usize = 5;

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Histogram {
    // Boxed: 15 KiB in the middle of the loop's state would push the hot fields apart.
    buckets: Box<[u64; OCTAVES * PARTS]>,
    count: u64,
    sum: u128,
    max: u64,
}

impl Histogram {
    pub(crate) fn new() -> Self {
        // Zeroed by the kernel, page by page as it is used: an array would be written as a whole, at each start.
        let buckets = vec![0; OCTAVES * PARTS].into_boxed_slice();
        let buckets = buckets.try_into().unwrap_or_else(|_| Box::new([0; OCTAVES * PARTS]));
        Self { buckets, count: 0, sum: 0, max: 0 }
    }

    pub(crate) fn record(&mut self, value: u64) {
        self.buckets[bucket(value)] += 1;
        self.count += 1;
        self.sum += u128::from(value);
        self.max = self.max.max(value);
    }

    pub(crate) fn spread(&self) -> Spread {
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

    /// The largest value, the sum in two halves, and each bucket that is not empty: its number and its count.
    pub(super) fn carried(&self) -> Vec<u64> {
        #[allow(clippy::cast_possible_truncation, reason = "the two halves of it")]
        let (high, low) = ((self.sum >> 64) as u64, self.sum as u64);
        let full = self.buckets.iter().zip(0u64..).filter(|(count, _)| **count > 0);
        [self.max, high, low].into_iter().chain(full.flat_map(|(count, index)| [index, *count])).collect()
    }

    /// An empty one becomes what [`carried`](Self::carried) told; `None` for anything else.
    pub(super) fn carry(&mut self, numbers: &[u64]) -> Option<()> {
        let [max, high, low, full @ ..] = numbers else { return None };
        (self.max, self.sum) = (*max, u128::from(*high) << 64 | u128::from(*low));
        let (pairs, rest) = full.as_chunks::<2>();
        for [index, count] in pairs {
            *self.buckets.get_mut(usize::try_from(*index).ok()?)? = *count;
            // More than that were never counted, and percentiles multiply by a hundred.
            self.count = self.count.checked_add(*count).filter(|count| *count <= u64::MAX / 100)?;
        }
        rest.is_empty().then_some(())
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Recent {
    ring: [u64; RECENT],
    at: usize,
    pub(super) len: usize,
}

impl Recent {
    pub(super) const fn new() -> Self {
        Self { ring: [0; RECENT], at: 0, len: 0 }
    }

    pub(super) fn push(&mut self, value: u64) {
        self.ring[self.at] = value;
        self.at = (self.at + 1) % RECENT;
        self.len = (self.len + 1).min(RECENT);
    }

    /// The values, the oldest first.
    pub(super) fn carried(&self) -> Vec<u64> {
        let oldest = (self.at + RECENT - self.len) % RECENT;
        (0..self.len).map(|nth| self.ring[(oldest + nth) % RECENT]).collect()
    }

    /// Becomes what [`carried`](Self::carried) told; `None` for more than there can be.
    pub(super) fn carry(&mut self, numbers: &[u64]) -> Option<()> {
        *self = Self::new();
        numbers.iter().take(RECENT).for_each(|value| self.push(*value));
        (numbers.len() <= RECENT).then_some(())
    }

    /// As the original: the longest and shortest 5 %, rounded up, are left out, unless nothing would remain.
    pub(super) fn trimmed_mean(&self) -> Duration {
        let mut values = self.ring;
        let values = &mut values[..self.len];
        values.sort_unstable();
        let trim = (values.len() * TRIM_PERCENT).div_ceil(100);
        let kept = if values.len() > 2 * trim { &values[trim..values.len() - trim] } else { &*values };
        let sum: u128 = kept.iter().map(|value| u128::from(*value)).sum();
        #[allow(clippy::cast_possible_truncation, reason = "a mean of u64 fits a u64")]
        let mean = (sum / kept.len().max(1) as u128) as u64;
        Duration::from_nanos(mean)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_hold_what_they_say() {
        for value in [0, 1, 31, 32, 33, 63, 64, 1_000, 999_999, 123_456_789, u64::MAX / 3, u64::MAX] {
            let top = top_of(bucket(value));
            assert!(top >= value, "{value} in a bucket up to {top}");
            assert!(top - value <= value / PARTS as u64, "{value} in a bucket up to {top}");
        }
    }
}
