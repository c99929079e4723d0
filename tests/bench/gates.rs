//! Every figure that is held to a number: the gate, which fails a release, and the goal. Both are upper
//! bounds. A new row of the benchmark is a new line here and the bench that judges it.

use crate::stats::{median, span};

/// One line of the table of figures.
#[derive(Debug)]
pub struct Gate {
    /// The row's name.
    pub row: &'static str,
    /// What is measured, and against what.
    pub figure: &'static str,
    /// More than this fails.
    pub gate: f64,
    /// At most this is as good as it should be.
    pub goal: f64,
    /// Digits the figure is printed with.
    pub digits: usize,
}

const fn gate(row: &'static str, figure: &'static str, gate: f64, goal: f64, digits: usize) -> Gate {
    Gate { row, figure, gate, goal, digits }
}

pub const T1: Gate = gate("T1", "tick lateness p50 ÷ C epoll+timerfd one-shot", 1.10, 1.02, 2);
pub const T2: Gate = gate("T2", "tick lateness p99 ÷ C epoll+timerfd one-shot", 1.20, 1.05, 2);
pub const T3_DRIFT: Gate = gate("T3", "drift in the quiet rounds, ppm", 20.0, 1.0, 1);
pub const T3_MISSED: Gate = gate("T3", "missed ticks in the quiet rounds", 0.0, 0.0, 0);
pub const T4: Gate = gate("T4", "CPU per tick ÷ C epoll+timerfd one-shot", 1.20, 1.05, 2);
pub const T6_WAKES: Gate = gate("T6", "wake-ups besides ticks, interval 10 s", 0.0, 0.0, 0);
pub const T6_THREADS: Gate = gate("T6", "threads", 1.0, 1.0, 0);
pub const S1: Gate = gate("S1", "exec → ready ÷ C static, default build", 2.2, 1.9, 2);
pub const S2: Gate = gate("S2", "exec → ready ÷ C static, static build", 1.6, 1.35, 2);
pub const S3_RSS: Gate = gate("S3", "idle RSS, MB", 2.6, 2.0, 2);
pub const S3_PSS: Gate = gate("S3", "idle PSS, MB", 1.0, 0.6, 2);
pub const S4: Gate = gate("S4", "file of the example daemon, kB", 800.0, 450.0, 0);
pub const R1: Gate = gate("R1", "restart, decision → first tick ÷ C static, default build", 2.6, 2.1, 2);
pub const R1_STATIC: Gate = gate("R1", "restart, decision → first tick ÷ C static, static build", 1.7, 1.3, 2);
pub const R2: Gate = gate("R2", "missed ticks over restarts, interval 10 ms, in the quiet rounds", 0.0, 0.0, 0);
pub const X1: Gate = gate("X1", "SIGTERM → reaped ÷ C epoll+signalfd", 1.30, 1.10, 2);
pub const L1: Gate = gate("L1", "lock taken at start ÷ open+flock+inode+close", 2.0, 1.5, 2);
pub const C1_WALL: Gate = gate("C1", "clean dev build ÷ clap-derive app, wall", 1.3, 0.6, 2);
pub const C1_CRATES: Gate = gate("C1", "crates compiled", 25.0, 12.0, 0);
pub const C2: Gate = gate("C2", "cargo check, CPU ms a hook beyond the first", 5.0, 2.0, 2);

/// How a figure stands to its gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// At most the goal.
    Goal,
    /// At most the gate.
    Ok,
    /// Above the gate.
    Missed,
    /// No sample; the verdict says why.
    Unknown,
}

/// A judged figure.
#[derive(Debug)]
pub struct Verdict {
    /// What was judged.
    pub gate: &'static Gate,
    /// Which variant of it (an interval, a build), or empty.
    pub variant: String,
    /// Median (min–max), or why there is none.
    pub found: String,
    /// How many rounds stand behind it.
    pub rounds: usize,
    /// Against gate and goal.
    pub standing: Standing,
}

impl Gate {
    /// Judges the median of the per-round figures.
    pub fn judge(&'static self, variant: impl Into<String>, figures: &[f64]) -> Verdict {
        let variant = variant.into();
        let Some(middle) = median(figures) else {
            return self.unknown(variant, "not measured");
        };
        let standing = match middle {
            at if at <= self.goal => Standing::Goal,
            at if at <= self.gate => Standing::Ok,
            _ => Standing::Missed,
        };
        Verdict { gate: self, variant, found: span(figures, self.digits), rounds: figures.len(), standing }
    }

    /// The figure could not be had.
    pub fn unknown(&'static self, variant: impl Into<String>, why: impl Into<String>) -> Verdict {
        Verdict { gate: self, variant: variant.into(), found: why.into(), rounds: 0, standing: Standing::Unknown }
    }
}

impl Standing {
    /// The word of the report.
    pub fn word(self) -> &'static str {
        match self {
            Self::Goal => "ok, goal met",
            Self::Ok => "ok",
            Self::Missed => "MISSED",
            Self::Unknown => "not measured",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_judged() {
        let standing = |figures: &[f64]| T4.judge("", figures).standing;
        assert_eq!(standing(&[1.0, 1.0, 9.0]), Standing::Goal);
        assert_eq!(standing(&[1.1, 1.2, 9.0]), Standing::Ok);
        assert_eq!(standing(&[1.3]), Standing::Missed);
        assert_eq!(standing(&[]), Standing::Unknown);
    }

    #[test]
    fn a_bound_of_nothing_allows_nothing() {
        assert_eq!(T6_WAKES.judge("", &[0.0]).standing, Standing::Goal);
        assert_eq!(T6_WAKES.judge("", &[1.0]).standing, Standing::Missed);
    }
}
