//! The counts as plain numbers, for the next image: a daemon's figures are those of its whole life.
//!
//! Lists of numbers with a name. How they are written down is the handover's affair.

use std::time::Duration;

use super::Stats;
use crate::clock::{Mono, nanos};

impl Stats {
    /// All that is counted.
    pub(crate) fn carried(&self) -> [(&'static str, Vec<u64>); 5] {
        let Self { began, restarts, iterations, overruns, missed, busy, .. } = self;
        [
            ("counts", vec![began.0, *restarts, *iterations, *overruns, *missed, nanos(*busy)]),
            ("took", self.took.carried()),
            ("late", self.late.carried()),
            ("recent_took", self.recent_took.carried()),
            ("recent_idle", self.recent_idle.carried()),
        ]
    }

    /// Takes one list of [`Stats::carried`] over; `None` for anything else.
    pub(crate) fn carry(&mut self, name: &str, numbers: &[u64]) -> Option<()> {
        match (name, numbers) {
            ("counts", &[began, restarts, iterations, overruns, missed, busy]) => {
                (self.began, self.busy) = (Mono(began), Duration::from_nanos(busy));
                (self.restarts, self.iterations) = (restarts, iterations);
                (self.overruns, self.missed) = (overruns, missed);
                Some(())
            }
            ("took", _) => self.took.carry(numbers),
            ("late", _) => self.late.carry(numbers),
            ("recent_took", _) => self.recent_took.carry(numbers),
            ("recent_idle", _) => self.recent_idle.carry(numbers),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Count;

    fn counted(iterations: u64) -> Stats {
        let mut stats = Stats::new(Mono(7));
        stats.restarts = 3;
        for n in 0..iterations {
            let took = Duration::from_nanos(n * n * n);
            let idle = (n % 3 > 0).then_some(took / 2);
            let late = took / 3;
            stats.count(Count::Iteration { late, took, idle, overrun: n % 5 == 0, missed: n % 2 });
        }
        stats.count(Count::Hook { took: Duration::from_nanos(u64::MAX / 2) });
        stats
    }

    #[test]
    fn what_is_carried_is_the_same_and_goes_on_the_same() {
        for iterations in [0, 1, 99, 100, 101, 1_234, 100_000] {
            let mut old = counted(iterations);
            let mut new = Stats::new(Mono(0));
            for (name, numbers) in old.carried() {
                new.carry(name, &numbers).expect(name);
            }
            assert_eq!(new.summary(Mono(u64::MAX)), old.summary(Mono(u64::MAX)), "after {iterations}");
            let took = Duration::from_nanos(5);
            for stats in [&mut old, &mut new] {
                stats.count(Count::Iteration { late: took, took, idle: Some(took), overrun: false, missed: 0 });
            }
            assert_eq!(new.summary(Mono(u64::MAX)), old.summary(Mono(u64::MAX)), "one more after {iterations}");
        }
    }

    #[test]
    fn fault_066_numbers_that_are_none_of_ours_are_refused() {
        for name in ["took", "late"] {
            for numbers in [&[][..], &[1], &[1, 2], &[1, 0, 2, 5], &[1, 0, 2, 99_999, 1], &[1, 0, 2, 5, u64::MAX, 6, 1]]
            {
                assert_eq!(counted(9).carry(name, numbers), None, "{name} {numbers:?}");
            }
        }
        assert_eq!(counted(9).carry("recent_took", &[1; 101]), None);
        assert_eq!(counted(9).carry("counts", &[1; 5]), None);
        assert_eq!(counted(9).carry("unknown", &[]), None);
    }
}
