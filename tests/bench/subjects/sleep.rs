//! Peer of the tick rows: the loop one writes without a framework, `sleep(interval - elapsed)`.

mod clock;
mod series;

use std::time::{Duration, Instant};

fn main() -> std::io::Result<()> {
    let interval = Duration::from_nanos(series::number("BENCH_INTERVAL_NS", 1_000_000));
    let ticks = series::number("BENCH_TICKS", 1000);
    let mut stamps = series::room(ticks + 1);
    stamps.push(clock::now()); // the origin of its grid
    while stamps.len() <= ticks {
        let begun = Instant::now();
        stamps.push(clock::now());
        std::thread::sleep(interval.saturating_sub(begun.elapsed()));
    }
    series::write(&stamps)
}
