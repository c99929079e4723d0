//! The pools for people: as rows of the run-time variables, and as they were declared.

use super::ask::PoolView;
use super::pool::{Kind, Pool};
use crate::duration::Pretty;
use crate::stats::Spread;

/// A pool at work, for the run-time variables.
pub(crate) struct Row {
    pub(crate) pool: Pool,
    pub(crate) view: PoolView,
    /// The most processes that were busy at once.
    pub(crate) peak: usize,
    /// How long calls waited for a worker, and how long they took.
    pub(crate) waited: Spread,
    pub(crate) took: Spread,
}

impl Row {
    /// Name and text of each line.
    pub(crate) fn lines(&self) -> Vec<(&'static str, String)> {
        let Self { pool, view, .. } = self;
        let PoolView { size, processes, running, buffered, sums, .. } = view;
        let kind = if pool.kind == Kind::Task { "task" } else { "worker" };
        let failed = if view.failed { ", the pool has failed" } else { "" };
        let mut lines = vec![
            (
                kind,
                format!(
                    "{}: {processes} of {size} processes, {running} running, {buffered} waiting{failed}",
                    pool.name
                ),
            ),
            (
                "  calls",
                format!(
                    "{} accepted, {} returned, {} failed, {} pending, {} refused",
                    sums.accepted, sums.returned, sums.failed, sums.pending, sums.refused
                ),
            ),
            ("  processes", format!("{} started, {} died, {} timed out", sums.started, sums.deaths, sums.timeouts)),
            ("  waited", spread(&self.waited)),
            ("  took", spread(&self.took)),
        ];
        lines.extend(self.advice().map(|advice| ("  advice", advice)));
        lines
    }

    /// Where the size of the pool is plainly wrong.
    fn advice(&self) -> Option<String> {
        let (size, sums) = (self.view.size, &self.view.sums);
        let settled = sums.returned + sums.failed;
        if sums.refused > 0 && self.peak >= size {
            return Some(format!(
                "{} calls were refused while all {size} were busy: raise pool, or queue",
                sums.refused
            ));
        }
        if settled >= 100 && self.peak >= size && self.waited.p50 > self.took.p50 {
            return Some(format!("calls wait longer than they take: raise pool above {size}"));
        }
        if settled >= 100 && self.peak * 2 <= size && size > 1 && self.pool.kind != Kind::Task {
            return Some(format!("at most {} of {size} were ever busy: {} would do", self.peak, self.peak.max(1)));
        }
        None
    }
}

fn spread(spread: &Spread) -> String {
    let Spread { mean, p50, p99, max } = *spread;
    format!("mean {}, p50 {}, p99 {}, max {}", Pretty(mean), Pretty(p50), Pretty(p99), Pretty(max))
}

/// A pool as it was declared: what it is, then its settings.
pub(crate) fn declared(pool: &Pool) -> [String; 2] {
    let Pool { size, timeout, retries, backoff, queue, spawn, grace, .. } = pool;
    let calls = pool.methods.iter().map(super::work::Key::name).collect::<Vec<_>>().join(", ");
    let processes = if *size == 1 { "1 process".to_owned() } else { format!("{size} processes") };
    let timeout = if timeout.is_zero() { "no timeout".to_owned() } else { format!("timeout {}", Pretty(*timeout)) };
    let retries = match retries {
        0 => "no retries".to_owned(),
        times => format!("{times} retries from {} on", Pretty(*backoff)),
    };
    let mut text = format!("{processes}, {timeout} and {} to end, {retries}, queue {queue}", Pretty(*grace));
    if pool.kind == Kind::Object {
        text.push_str(&format!(", calls {calls}"));
    }
    if pool.kind != Kind::Task {
        text.push_str(&format!(", spawn {spawn}"));
        if pool.max_calls > 0 {
            text.push_str(&format!(", each for {} calls", pool.max_calls));
        }
        if !pool.max_age.is_zero() {
            text.push_str(&format!(", each for {}", Pretty(pool.max_age)));
        }
        if pool.max_memory > 0 {
            text.push_str(&format!(", each up to {} bytes", pool.max_memory));
        }
    }
    [pool.to_string(), text]
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::plan::Place;
    use crate::worker::Sums;

    fn advice(size: usize, peak: usize, refused: u64, waited: u64, took: u64) -> Option<String> {
        let spread = |millis| Spread { p50: Duration::from_millis(millis), ..Spread::default() };
        let sums = Sums { accepted: 200, returned: 200, refused, ..Sums::default() };
        let view = PoolView { size, processes: size, running: 0, buffered: 0, failed: false, sums };
        let pool = Pool::new("fetch", Kind::Function, Place::here());
        Row { pool, view, peak, waited: spread(waited), took: spread(took) }.advice()
    }

    #[test]
    fn a_size_that_is_plainly_wrong_is_told() {
        assert_eq!(advice(4, 4, 0, 1, 10), None);
        assert!(advice(4, 4, 7, 1, 10).expect("too small").contains("7 calls were refused"));
        assert!(advice(4, 4, 0, 20, 10).expect("too small").contains("raise pool above 4"));
        assert!(advice(8, 2, 0, 0, 10).expect("too large").contains("2 would do"));
    }
}
