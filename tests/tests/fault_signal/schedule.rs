//! Row 51 and B8: stops, continuations and signals never move the schedule.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use daemon_tests::{Chance, Child, Ended, Place, alone, figure, rounds, traced};
use nix::sys::signal::Signal;

use crate::{WATCHED, expect_clean, start};

/// One iteration, as the daemon tells of it.
struct Tick {
    at: u64,
    left: u64,
    missed: u64,
}

/// The number after a word.
fn after(line: &str, word: &str) -> u64 {
    let (_, rest) = line.split_once(&format!(" {word} ")).unwrap_or_else(|| panic!("no {word:?} in {line:?}"));
    let digits = rest.split(' ').next().unwrap_or_default();
    digits.parse().expect("a number")
}

fn ticks(ended: &Ended) -> Vec<Tick> {
    let lines = ended.lines.iter().filter(|line| line.contains("begins at"));
    lines
        .enumerate()
        .map(|(index, line)| {
            assert_eq!(after(line, "tick"), index as u64 + 1, "a line is lost");
            Tick { at: after(line, "at"), left: after(line, "left"), missed: after(line, "missed") }
        })
        .collect()
}

/// No iteration began before it was due, however late it may have been: the n-th slot is n intervals after the first,
/// which is not before the daemon was born; and none began with more than an interval left until the next.
fn expect_on_grid(ended: &Ended, interval: Duration) -> usize {
    let step = u64::try_from(interval.as_nanos()).expect("a short interval");
    let born = ended.lines.iter().find(|line| line.contains("born at"));
    let born = after(born.expect("it was born"), "at");
    let ticks = ticks(ended);
    for (slot, tick) in (0u64..).zip(&ticks) {
        let due = born + (slot + tick.missed) * step;
        assert!(tick.at >= due, "iteration {} began {} ns early: {ended:#?}", slot + 1, due - tick.at);
        assert!(tick.left <= step, "iteration {} began early: {ended:#?}", slot + 1);
    }
    for word in ["can not wait", "can not look", "panic", "lost"] {
        assert_eq!(ended.count(word), 0, "{ended:#?}");
    }
    ticks.len()
}

/// Fault: the process is stopped and continued again and again, at random moments.
/// Required: no early iteration, no error, and afterwards the iterations go on.
#[test]
fn fault_051_stop_and_continue_move_nothing() {
    let mut chance = Chance::fresh();
    let full = rounds(2000);
    let place = Place::new();
    let mut child = start(&place, &["--interval", "10ms"]);
    child.wait_for("tick 1 ends");
    for _ in 0..full {
        child.signal(Signal::SIGSTOP);
        std::thread::sleep(chance.up_to(Duration::from_millis(4)));
        child.signal(Signal::SIGCONT);
        std::thread::sleep(chance.up_to(Duration::from_millis(4)));
    }
    for _ in 0..5 {
        child.wait_for("begins");
    }
    let ended = child.stop();
    expect_clean(&ended);
    let count = expect_on_grid(&ended, Duration::from_millis(10));
    figure("fault_051", &format!("{full} of 2000 stops and continuations: 0 early of {count} iterations"));
}

/// Fault: the calls that can sleep are interrupted: each other one, each third one, the first five, and all kinds at
/// once. Required: no error, no early iteration, no lost wake-up, no lost line.
#[test]
fn fault_051_interrupted_calls_are_taken_up_again() {
    let waits = "epoll_wait,epoll_pwait,epoll_pwait2";
    let sets = [
        (waits, "1+2"),
        (waits, "2+3"),
        (waits, "1..5"),
        ("write,writev", "1+2"),
        ("flock", "1..2"),
        ("recvfrom,recvmsg", "1+2"),
    ];
    let mut injected = 0;
    for (calls, when) in sets {
        let place = Place::new();
        let (log, lock) = (place.file("trace"), place.lock());
        let lock = lock.to_str().expect("a plain path");
        let injection = format!("{calls}:error=EINTR:when={when}");
        let mut command = traced(WATCHED, ["--lock", lock], &[injection], &log);
        alone(&mut command);
        let mut child = Child::spawn(command);
        child.wait_for("tick 20 ends");
        child.signal(Signal::SIGUSR2);
        child.wait_for("usr2 heard");
        let ended = child.stop();
        expect_clean(&ended);
        expect_on_grid(&ended, Duration::from_millis(20));
        let trace = fs::read_to_string(log).expect("strace's log");
        let count = trace.matches("(INJECTED)").count();
        assert!(count > 0, "{calls}: nothing was injected");
        injected += count;
    }
    figure("fault_051", &format!("{injected} interrupted calls: 0 errors, 0 early iterations"));
}

/// The original's sleep ended with any signal, and the next iteration began early (B8).
/// Required: under a storm of USR1, USR2 and WINCH the iterations stay where they are due.
#[test]
fn b08_a_storm_of_signals_never_starts_an_iteration_early() {
    let full = rounds(600).max(10);
    let place = Place::new();
    let mut child = start(&place, &["--mode", "quiet"]);
    child.wait_for("tick 1 ends");
    let over = AtomicBool::new(false);
    let pid = child.pid().cast_signed();
    let sent = std::thread::scope(|scope| {
        let storm = scope.spawn(|| {
            let mut sent = 0u64;
            while !over.load(Ordering::Relaxed) {
                for signal in [libc::SIGUSR1, libc::SIGUSR2, libc::SIGWINCH] {
                    // SAFETY: no memory is passed; the process is not reaped before the storm is over.
                    unsafe { libc::kill(pid, signal) };
                    sent += 1;
                }
                std::thread::sleep(Duration::from_micros(200));
            }
            sent
        });
        let waited = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            child.wait_for(&format!(" tick {full} begins"));
        }));
        over.store(true, Ordering::Relaxed);
        let sent = storm.join().expect("the storm");
        waited.expect("the iterations go on");
        sent
    });
    let ended = child.stop();
    expect_clean(&ended);
    let count = expect_on_grid(&ended, Duration::from_millis(20));
    assert!(ended.count("usr1 heard") > 1, "no storm");
    figure("b08", &format!("{sent} signals in the sleep: 0 early of {count} iterations; of 600"));
}
