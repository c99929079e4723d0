//! T6: what an idle daemon does between the ticks of an interval of ten seconds: wake-ups and threads.

use crate::gates::{T6_THREADS, T6_WAKES};
use crate::process::{Program, Running};
use crate::report::{Report, Table};
use crate::rounds::{Desk, ours};
use crate::stamps::StampPipe;
use crate::workshop::Link;
use nix::sys::signal::Signal;
use std::io;
use std::time::Duration;

/// From half a second after ready, so that what follows the start is over, to as much after the next tick.
const SETTLE: Duration = Duration::from_millis(500);
const WATCH: Duration = Duration::from_secs(10);
/// The tick at ten seconds lies inside what is watched.
const TICKS: f64 = 1.0;

/// Watches once: what should be nothing needs no median, and waiting costs no CPU.
pub fn bench(desk: &Desk) -> io::Result<Report> {
    let mut table = Table::new("Idle, interval 10 s", &["subject", "wake-ups besides ticks", "threads", "rounds"]);
    let (mut wakes, mut threads) = (Vec::new(), Vec::new());
    let subject = ours(&desk.workshop, "subject_idle", Link::Default)?;
    for _ in 0..desk.rounds(1) {
        let (slept, count) = watch(&subject)?;
        wakes.push(slept - TICKS);
        threads.push(count);
    }
    let show = |values: &[f64]| crate::stats::span(values, 0);
    table.row(vec!["daemon-core".into(), show(&wakes), show(&threads), wakes.len().to_string()]);
    let verdicts = vec![T6_WAKES.judge("", &wakes), T6_THREADS.judge("", &threads)];
    Ok(Report { tables: vec![table], verdicts, notes: Vec::new() })
}

/// How often it went to sleep meanwhile: once after each wake-up.
fn watch(program: &Program) -> io::Result<(f64, f64)> {
    let pipe = StampPipe::new()?;
    let mut command = program.command();
    command.env("BENCH_STAMP_FD", pipe.number());
    let subject = Running::start(&mut command)?;
    let mut stamps = pipe.started();
    let _main = stamps.next()?;
    let _ready = stamps.next()?;
    std::thread::sleep(SETTLE);
    let (before, _) = subject.sleeps()?;
    std::thread::sleep(WATCH);
    let (after, threads) = subject.sleeps()?;
    subject.signal(Signal::SIGTERM)?;
    subject.end(Duration::from_secs(10))?;
    Ok((after - before, threads))
}
