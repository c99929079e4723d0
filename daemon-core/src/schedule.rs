//! When the next iteration is due: a fixed grid of absolute instants, in integers.
//!
//! Pure arithmetic: no clock is read here. `start + n × interval` is never replaced by `now + interval`, so errors can
//! not add up.

use std::time::Duration;

use crate::clock::{Mono, nanos};
use crate::missed::{Missed, Policy};

/// The shortest interval a declaration may ask for. Below it a processor does little but wake up.
pub const SHORTEST_INTERVAL: Duration = Duration::from_micros(100);
/// The longest interval: a hundred years, far from where the arithmetic ends.
pub const LONGEST_INTERVAL: Duration = Duration::from_secs(100 * 365 * 86_400);

/// A slot that begins: when it was due, and how many before it were left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// When it should have begun.
    pub due: Mono,
    /// Slots left out since the one before.
    pub missed: u64,
}

/// A grid of instants `origin + n × step`, and which of them comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    origin: Mono,
    step: u64,
    next: u64,
    /// By how much the next slot is moved.
    later: u64,
}

impl Grid {
    /// A grid whose first slot is `origin` itself.
    #[must_use]
    pub fn from(origin: Mono, step: Duration) -> Self {
        // A step of zero would divide by zero; callers keep "iterate at once" apart.
        Self { origin, step: nanos(step).max(1), next: 0, later: 0 }
    }

    /// A grid whose first slot is one step after `origin`.
    #[must_use]
    pub fn after(origin: Mono, step: Duration) -> Self {
        Self { next: 1, ..Self::from(origin, step) }
    }

    /// The grid that [`Grid::parts`] took apart.
    #[must_use]
    pub fn from_parts((origin, step, next): (Mono, u64, u64)) -> Self {
        Self { origin, step: step.max(1), next, later: 0 }
    }

    /// Origin, step in nanoseconds, and the number of the next slot.
    #[must_use]
    pub const fn parts(&self) -> (Mono, u64, u64) {
        (self.origin, self.step, self.next)
    }

    /// The distance of two slots.
    #[must_use]
    pub const fn step(&self) -> Duration {
        Duration::from_nanos(self.step)
    }

    /// When the next slot is due.
    #[must_use]
    pub const fn due(&self) -> Mono {
        Mono(self.origin.0.saturating_add(self.step.saturating_mul(self.next)).saturating_add(self.later))
    }

    /// Moves the next slot, by less than a step; the grid itself stays where it is.
    pub fn shift(&mut self, later: Duration) {
        self.later = nanos(later).min(self.step - 1);
    }

    /// Begins the next slot at `now`, which is not before it is due. When the loop comes so late that later slots are
    /// due as well (a stopped process, a slow hook), `missed` says which one this is.
    pub fn begin(&mut self, now: Mono, missed: Missed) -> Slot {
        let due = self.due();
        let overdue = now.0.saturating_sub(due.0) / self.step;
        let left_out = match missed.0 {
            Policy::Skip => overdue,
            Policy::Burst(most) => overdue.saturating_sub(u64::from(most)),
            Policy::Delay => {
                if overdue > 0 {
                    self.restart(now);
                }
                0
            }
        };
        self.next += left_out;
        let due = if left_out > 0 { self.due() } else { due };
        self.next += 1;
        Slot { due, missed: left_out }
    }

    /// The iteration of the last slot ended at `now`: deals with the slots that passed meanwhile and says how many are
    /// left out.
    pub fn end(&mut self, now: Mono, missed: Missed) -> u64 {
        if now <= self.due() {
            return 0;
        }
        match missed.0 {
            Policy::Skip => {
                let passed = (now.0 - self.due().0).div_ceil(self.step);
                self.next += passed;
                passed
            }
            Policy::Delay => {
                self.restart(now);
                0
            }
            Policy::Burst(_) => 0,
        }
    }

    const fn restart(&mut self, now: Mono) {
        self.origin = now;
        self.next = 0;
        // What is to begin at once is not moved.
        self.later = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn at(tenths: u64) -> Mono {
        Mono(tenths * 100_000_000)
    }

    /// One iteration that begins as soon as it may and takes `tenths`; says when it began and what was missed.
    fn iterate(grid: &mut Grid, now: &mut Mono, tenths: u64, missed: Missed) -> (Mono, u64) {
        *now = (*now).max(grid.due());
        let began = *now;
        let before = grid.begin(*now, missed).missed;
        *now = now.plus(Duration::from_millis(tenths * 100));
        (began, before + grid.end(*now, missed))
    }

    #[test]
    fn skip_goes_back_to_the_old_grid() {
        let (mut grid, mut now) = (Grid::from(at(0), SECOND), at(0));
        assert_eq!(iterate(&mut grid, &mut now, 25, Missed::skip()), (at(0), 2));
        assert_eq!(iterate(&mut grid, &mut now, 1, Missed::skip()), (at(30), 0));
        assert_eq!(grid.due(), at(40));
    }

    #[test]
    fn an_iteration_that_ends_with_the_slot_does_not_miss_the_next() {
        let (mut grid, mut now) = (Grid::from(at(0), SECOND), at(0));
        assert_eq!(iterate(&mut grid, &mut now, 10, Missed::skip()), (at(0), 0));
        assert_eq!(iterate(&mut grid, &mut now, 1, Missed::skip()), (at(10), 0));
    }

    #[test]
    fn delay_starts_the_grid_anew() {
        let (mut grid, mut now) = (Grid::from(at(0), SECOND), at(0));
        assert_eq!(iterate(&mut grid, &mut now, 25, Missed::delay()), (at(0), 0));
        assert_eq!(iterate(&mut grid, &mut now, 1, Missed::delay()), (at(25), 0));
        assert_eq!(grid.due(), at(35));
    }

    #[test]
    fn burst_makes_up_for_some_and_counts_the_rest() {
        let (mut grid, mut now) = (Grid::from(at(0), SECOND), at(0));
        assert_eq!(iterate(&mut grid, &mut now, 55, Missed::burst(2)), (at(0), 0));
        // Slots 1 to 5 passed: 5 is due anyway, 3 and 4 are made up for, 1 and 2 are lost.
        assert_eq!(iterate(&mut grid, &mut now, 1, Missed::burst(2)), (at(55), 2));
        assert_eq!(iterate(&mut grid, &mut now, 1, Missed::burst(2)), (at(56), 0));
        assert_eq!(iterate(&mut grid, &mut now, 1, Missed::burst(2)), (at(57), 0));
        assert_eq!(iterate(&mut grid, &mut now, 1, Missed::burst(2)), (at(60), 0));
    }

    /// Slots are moved, each by its own part; the grid under them stays.
    #[test]
    fn moved_slots_leave_the_grid_where_it_is() {
        let mut grid = Grid::from(at(0), SECOND);
        for n in 0..1000u64 {
            let moved = n % 10;
            grid.shift(Duration::from_millis(moved * 100));
            assert_eq!(grid.due(), at(n * 10 + moved));
            assert_eq!(grid.begin(grid.due(), Missed::skip()), Slot { due: at(n * 10 + moved), missed: 0 });
            grid.shift(Duration::ZERO);
            assert_eq!(grid.end(at(n * 10 + moved), Missed::skip()), 0);
        }
        grid.shift(Duration::MAX);
        assert_eq!(grid.due(), Mono(at(10_010).0 - 1), "less than a step");
    }

    #[test]
    fn a_late_wake_up_is_one_iteration_and_no_burst() {
        let mut grid = Grid::from(at(0), SECOND);
        grid.begin(at(0), Missed::skip());
        assert_eq!(grid.begin(at(57), Missed::skip()), Slot { due: at(50), missed: 4 });
        assert_eq!(grid.due(), at(60));
    }

    /// Ten million slots later the grid is where it should be, to the nanosecond: fault 70.
    #[test]
    fn fault_070_the_grid_does_not_drift() {
        let step = Duration::from_nanos(1_000_000_007);
        let mut grid = Grid::from(Mono(13), step);
        for n in 0..10_000_000u64 {
            let due = Mono(13 + n * 1_000_000_007);
            assert_eq!(grid.due(), due);
            // Each iteration is late and takes a while; neither moves the next slot.
            grid.begin(due.plus(Duration::from_nanos(n % 1000)), Missed::skip());
            grid.end(due.plus(Duration::from_millis(500)), Missed::skip());
        }
    }

    #[test]
    fn fault_071_extreme_instants_do_not_overflow() {
        let mut grid = Grid::after(Mono(u64::MAX - 1), LONGEST_INTERVAL);
        assert_eq!(grid.due(), Mono(u64::MAX));
        grid.begin(Mono(u64::MAX), Missed::skip());
        assert_eq!(grid.end(Mono(u64::MAX), Missed::skip()), 0);
        assert_eq!(Grid::after(Mono(0), Duration::ZERO).due(), Mono(1));
    }
}
