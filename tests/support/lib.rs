//! What the process tests share: real daemons in directories of their own, watched by events and never by the clock.
//!
//! A test waits for a line, a file or an exit. The only time limit is [`PATIENCE`], which is there so that a hang
//! becomes a failure; no verdict depends on it.

mod application;
mod asked;
mod chance;
mod child;
mod container;
mod detached;
mod disk;
mod each;
pub mod grid;
pub mod hostile;
mod launch;
mod listener;
pub mod loose;
mod pid;
mod place;
pub mod proc;
pub mod record;
mod systemd;
mod terminal;
mod trace;
pub mod wall;

pub use application::Application;
pub use asked::asked;
pub use chance::Chance;
pub use child::{Child, Ended};
pub use container::Container;
pub use detached::{Detached, Orphan, holder, wait_until};
pub use disk::Disk;
pub use each::each;
pub use launch::{alone, hostile, with_pending};
pub use listener::Listener;
pub use pid::Bystander;
pub use place::Place;
pub use systemd::Systemd;
pub use terminal::on_terminal;
pub use trace::{traced, traced_family};

use std::time::Duration;

/// After this long a wait is a hang.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// How many rounds a test should do, of the `full` number that the fault's table names: `FAULT_SCALE` says which part,
/// 1/20 unless set; at least one.
#[must_use]
pub fn rounds(full: usize) -> usize {
    let scale = std::env::var("FAULT_SCALE").ok().and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.05);
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a number of rounds, from a positive scale"
    )]
    let scaled = (full as f64 * scale).round() as usize;
    scaled.max(1)
}

/// The median, the 99th percentile and the largest, for the figures that tests print.
#[must_use]
pub fn spread(mut times: Vec<Duration>) -> (Duration, Duration, Duration) {
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() * percent).div_ceil(100).clamp(1, times.len()) - 1];
    (at(50), at(99), at(100))
}

/// Prints a figure for the record: `figure: fault_017: takeover p50 …`.
pub fn figure(test: &str, text: &str) {
    use std::io::Write;
    // Straight to the descriptor: the harness keeps `println!` of passing tests to itself.
    let _ = writeln!(std::io::stderr(), "figure: {test}: {text}");
}
