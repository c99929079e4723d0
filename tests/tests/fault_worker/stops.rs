//! Row 86 and B2: stops, with work in progress and without.

use std::path::PathBuf;
use std::thread::JoinHandle;
use std::time::Duration;

use daemon_tests::{Chance, Place, figure, rounds, spread};
use nix::sys::signal::Signal;

use crate::yard::{since, wait_free};
use crate::{Yard, mono, processes};

/// Looks, the moment that the lock is free, who of the session is left.
fn watch_lock(lock: PathBuf, session: u32) -> JoinHandle<Vec<u32>> {
    std::thread::spawn(move || {
        wait_free(&lock);
        processes(session).into_iter().filter(|pid| *pid != session).collect()
    })
}

/// One stop with this many running and that many waiting calls; how long it took.
fn stop_at_work(running: usize, waiting: usize, settings: &[(&str, &str)]) -> Duration {
    let size = running.to_string();
    let settings = [settings, &[("POOL", size.as_str())]].concat();
    let mut yard = Yard::start_locked(Place::new().into(), &settings);
    let all = (running + waiting) as u64;
    yard.order(&format!("call 0 {all} tell+nap:20000"));
    (0..running).for_each(|_| drop(yard.child().wait_for("in call ")));
    let watcher = watch_lock(yard.place().lock(), yard.pid());
    yard.child().signal(Signal::SIGTERM);
    let began = mono();
    let ended = yard.ended();
    let took = since(began, mono());
    assert_eq!(watcher.join().expect("the watcher"), [], "the lock is given back after the last worker");
    let [accepted, returned, failed, pending] = crate::sums(&ended).expect("sums");
    assert_eq!((accepted, pending), (all, 0));
    assert_eq!(returned + failed, all);
    // Whoever has a call at the stop finishes it, and its result is handled before the shutdown.
    let handled = ended.lines.iter().filter(|line| line.contains("returned by ")).count() as u64;
    assert_eq!(handled, returned, "{ended:#?}");
    assert!(returned >= running as u64, "{returned} of {running}");
    let shutdown = ended.lines.iter().position(|line| line.ends_with(" shutdown")).expect("a shutdown");
    let last = ended.lines.iter().rposition(|line| line.contains("returned by ")).expect("a result");
    assert!(last < shutdown, "a result after the shutdown: {ended:#?}");
    took
}

/// Fault: TERM while many calls run and many more wait.
/// Required: what runs is finished and told; the sums are exact; the lock is given back after the last worker has ended.
#[test]
fn fault_086_a_stop_finishes_what_runs_and_counts_the_rest() {
    let took = stop_at_work(100, 1000, &[]);
    figure(
        "fault_086",
        &format!("TERM with 100 running and 1000 waiting: sums exact, lock free after the last worker, {took:?}"),
    );
    let full = rounds(1000);
    let times = (0..full).map(|_| stop_at_work(4, 40, &[])).collect();
    let (p50, p99, max) = spread(times);
    figure(
        "fault_086",
        &format!(
            "TERM with 4 running and 40 waiting: sums exact in {full} of 1000 runs, p50 {p50:?}, p99 {p99:?}, max {max:?}"
        ),
    );
}

/// Fault: TERM while a worker hangs for ever; then TERM again.
/// Required: the second one ends the patience: the call is told as given up, no process is left.
#[test]
fn fault_086_a_second_stop_gives_up_what_hangs() {
    let full = rounds(200);
    let mut times = Vec::new();
    for _ in 0..full {
        let mut yard = Yard::start(&[("TIMEOUT", "0")]);
        yard.order("call 1 1 deaf+tell+hang");
        yard.child().wait_for("in call ");
        yard.child().signal(Signal::SIGTERM);
        yard.child().wait_for("SIGTERM: stopping");
        yard.child().signal(Signal::SIGTERM);
        let began = mono();
        let line = yard.wait_ended(1);
        assert!(line.contains("GivenUp"), "{line}");
        let ended = yard.ended();
        times.push(since(began, mono()));
        assert_eq!(crate::sums(&ended), Some([1, 0, 1, 0]));
    }
    let (p50, p99, max) = spread(times);
    figure("fault_086", &format!("a second TERM to the end: p50 {p50:?}, p99 {p99:?}, max {max:?}; {full} of 200"));
}

/// Fault (B2): workers missed the one TERM that was sent to them, and a stop waited a minute for each.
/// Required: a stop at any moment ends at once when nobody has work to do.
#[test]
fn b02_a_stop_never_waits_for_workers_without_work() {
    let mut chance = Chance::fresh();
    let full = rounds(1000);
    let mut times = Vec::new();
    for _ in 0..full {
        let mut yard = Yard::start(&[("POOL", "3"), ("SPAWN", "eager")]);
        std::thread::sleep(chance.up_to(Duration::from_millis(10)));
        yard.child().signal(Signal::SIGTERM);
        let began = mono();
        yard.ended();
        times.push(since(began, mono()));
    }
    let (p50, p99, max) = spread(times);
    figure(
        "b02",
        &format!(
            "TERM to the end with 3 workers that start or wait: p50 {p50:?}, p99 {p99:?}, max {max:?}; {full} of 1000"
        ),
    );
}

/// Fault: the daemon stops while it starts workers, and while they die.
/// Required: it ends, and nobody is left. (The sums are looked at by whoever stops it.)
#[test]
fn fault_086_a_stop_in_the_middle_of_deaths_ends() {
    let mut chance = Chance::fresh();
    let full = rounds(400);
    for _ in 0..full {
        let mut yard = Yard::start(&[("POOL", "4"), ("RETRIES", "2")]);
        yard.order("call 0 60 kill").child().wait_for("ordered until");
        std::thread::sleep(chance.up_to(Duration::from_millis(20)));
        let ended = yard.stop();
        let sums = crate::sums(&ended).expect("sums");
        assert_eq!((sums[0], sums[2]), (60, 60));
    }
    figure("fault_086", &format!("TERM while workers die and are replaced: sums exact in {full} of 400 runs"));
}
