//! What a series of tick stamps says: lateness against the grid, missed grid points, drift. Pure.

use crate::stats::{percentile, sorted};

/// Figures of one run, times in nanoseconds.
#[derive(Debug)]
pub struct Lateness {
    /// Half of the ticks are at most this late.
    pub p50: f64,
    /// 99 of 100 ticks are at most this late.
    pub p99: f64,
    /// The latest tick.
    pub max: f64,
    /// Grid points that no tick served.
    pub missed: i64,
    /// Slope of the deviation from the grid, in millionths of the interval.
    pub drift_ppm: f64,
    /// What the ticks were compared with.
    pub grid: Grid,
}

/// Which grid points the ticks were compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grid {
    /// The k-th tick with the k-th point.
    Place,
    /// The same, but the origin given lay after the true one (a late first tick): the earliest tick was taken.
    Earliest,
    /// Each tick with the point nearest to it: the loop drifts or skips, its lateness says little.
    Nearest,
}

/// Tick `k` should begin at `origin + k · interval`. Where the last tick is within half an interval of its
/// place, the k-th stamp is compared with the k-th grid point, so that a late burst counts in full; otherwise
/// (the loop drifts or skips) each stamp is compared with its nearest grid point.
pub fn lateness(origin: u64, stamps: &[u64], interval: u64) -> Option<Lateness> {
    let last = stamps.len().checked_sub(1).filter(|last| *last > 0)?;
    let interval = interval.cast_signed();
    let since: Vec<i64> = stamps.iter().map(|stamp| stamp.wrapping_sub(origin).cast_signed()).collect();
    let places = (0..).step_by(usize::try_from(interval).ok()?);
    let deviation: Vec<i64> = since.iter().zip(places).map(|(at, place): (_, i64)| at - place).collect();
    let (late, missed, mut grid) = if deviation[last].abs() < interval / 2 {
        (deviation[1..].to_vec(), 0, Grid::Place)
    } else {
        nearest(&since, interval)
    };
    let mut late = sorted(&floats(&late));
    if grid == Grid::Place && percentile(&late, 500) < 0.0 {
        let first = late[0];
        late.iter_mut().for_each(|value| *value -= first);
        grid = Grid::Earliest;
    }
    Some(Lateness {
        p50: percentile(&late, 500),
        p99: percentile(&late, 990),
        max: percentile(&late, 1000),
        missed,
        drift_ppm: slope(&floats(&deviation)) / interval as f64 * 1e6,
        grid,
    })
}

/// Lateness against the nearest grid point, and how many grid points between the ends nobody served.
fn nearest(since: &[i64], interval: i64) -> (Vec<i64>, i64, Grid) {
    let slots: Vec<i64> = since.iter().map(|at| (at + interval / 2).div_euclid(interval)).collect();
    let late = since.iter().zip(&slots).skip(1).map(|(at, slot)| at - slot * interval).collect();
    let missed = slots.windows(2).map(|pair| (pair[1] - pair[0] - 1).max(0)).sum();
    (late, missed, Grid::Nearest)
}

fn floats(values: &[i64]) -> Vec<f64> {
    values.iter().map(|value| *value as f64).collect()
}

/// Slope of the least-squares line through `(k, values[k])`.
fn slope(values: &[f64]) -> f64 {
    let count = values.len() as f64;
    let (mean_k, mean) = ((count - 1.0) / 2.0, values.iter().sum::<f64>() / count);
    let from_mean = || values.iter().enumerate().map(|(k, value)| (k as f64 - mean_k, value - mean));
    from_mean().map(|(k, value)| k * value).sum::<f64>() / from_mean().map(|(k, _)| k * k).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    /// `count` stamps, each `late(k)` ns after its place on a grid of one millisecond.
    fn grid(count: u64, late: impl Fn(u64) -> u64) -> Vec<u64> {
        (0..count).map(|k| 7 * MS + k * MS + late(k)).collect()
    }

    #[test]
    fn a_perfect_grid_is_not_late() {
        let found = lateness(7 * MS, &grid(100, |_| 0), MS).unwrap();
        assert_eq!((found.p50, found.p99, found.max, found.missed), (0.0, 0.0, 0.0, 0));
        assert!(found.drift_ppm.abs() < 1e-6 && found.grid == Grid::Place);
    }

    #[test]
    fn constant_lateness_is_no_drift() {
        let found = lateness(7 * MS, &grid(100, |k| if k == 0 { 0 } else { 25_000 }), MS).unwrap();
        assert_eq!((found.p50, found.p99), (25_000.0, 25_000.0));
        assert!(found.drift_ppm.abs() < 20.0, "{}", found.drift_ppm);
    }

    #[test]
    fn a_caught_up_burst_counts_in_full() {
        let late = |k| {
            if (50..55).contains(&k) { (55 - k) * MS } else { 0 }
        };
        let found = lateness(7 * MS, &grid(100, late), MS).unwrap();
        assert_eq!((found.max, found.missed), (5.0 * 1e6, 0));
    }

    #[test]
    fn skipped_grid_points_are_missed() {
        let found = lateness(7 * MS, &grid(100, |k| if k < 50 { 10 } else { 3 * MS }), MS).unwrap();
        assert_eq!((found.missed, found.p50, found.grid), (3, 0.0, Grid::Nearest));
    }

    #[test]
    fn drift_is_the_slope() {
        let found = lateness(7 * MS, &grid(100, |k| k * 1000), MS).unwrap();
        assert!((found.drift_ppm - 1000.0).abs() < 1e-3, "{}", found.drift_ppm);
    }

    #[test]
    fn a_late_first_tick_makes_the_earliest_the_grid() {
        let found = lateness(7 * MS + 400, &grid(100, |k| if k == 0 { 400 } else { 20 + k % 2 }), MS).unwrap();
        assert_eq!(found.grid, Grid::Earliest);
        assert_eq!(found.max, 1.0);
    }

    #[test]
    fn too_few_stamps_say_nothing() {
        assert!(lateness(0, &[5], MS).is_none());
    }
}
