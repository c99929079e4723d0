//! Rows 73, 74, 85: how a worker ends in the middle of a call, and what the caller hears of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use daemon_tests::{figure, rounds, spread};

use crate::yard::{end_of, since};
use crate::{Yard, number_after};

/// Fault: workers panic, fail, abort, are killed, crash, run out of stack, or exit in the middle of a call.
/// Required: the call ends once, with the cause; the next one is served; the daemon goes on.
#[test]
fn fault_073_every_end_of_a_worker_is_told_once_and_with_its_cause() {
    let fates = [
        ("error", "Some(Error(\"as it was told\"))"),
        ("panic", "Some(Error(\"panicked"),
        ("exit:0", "Some(Died(Exited(0)))"),
        ("exit:3", "Some(Died(Exited(3)))"),
        ("abort", "Some(Died(Killed(6)))"),
        ("segv", "Some(Died(Killed(11)))"),
        ("kill", "Some(Died(Killed(9)))"),
        ("overflow", "Some(Died(Killed(6)))"),
        ("close", "Some(Died(Killed(9)))"),
    ];
    let full = rounds(1000);
    for (fate, cause) in fates {
        let mut yard = Yard::start(&[]);
        let mut times = Vec::new();
        for round in 0..full as u64 {
            let line = yard.call(2 * round, &format!("stamp+{fate}"));
            assert!(line.contains(cause), "{fate}: {line}");
            times.push(Duration::from_micros(number_after(&line, "since ")));
            let next = yard.call(2 * round + 1, "fine");
            assert!(next.contains("returned by "), "{fate}: {next}");
        }
        let ended = yard.stop();
        assert_eq!(ended.count(": ended ") + ended.count(" ended "), 2 * full, "each once: {ended:#?}");
        let (p50, p99, max) = spread(times);
        figure("fault_073", &format!("{fate}: told after p50 {p50:?}, p99 {p99:?}, max {max:?}; {full} of 1000"));
    }
}

/// A group of processes with a limit, gone with the test.
pub struct Group(PathBuf);

impl Group {
    /// # Panics
    /// Where there are no such groups, or we are not root: the fault can not be injected, which is no reason to pass.
    pub fn new(controller: &str, limit: &str, value: &str) -> Self {
        let root = Path::new("/sys/fs/cgroup");
        // Version 1 has a tree for each controller, version 2 one for all.
        let (root, limit) = match (root.join(controller).is_dir(), limit) {
            (true, limit) => (root.join(controller), limit),
            (false, "memory.limit_in_bytes") => (root.to_owned(), "memory.max"),
            (false, limit) => (root.to_owned(), limit),
        };
        let path = root.join(format!("daemon-tests-{controller}-{}", std::process::id()));
        let _ = fs::write(root.join("cgroup.subtree_control"), format!("+{controller}"));
        fs::create_dir(&path).expect("this test needs root and the control groups of the kernel");
        fs::write(path.join(limit), value).expect("a limit");
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // Whoever is still in it goes back; then it takes the kernel a moment to see that it is empty.
        let back = self.0.parent().unwrap_or(&self.0).join("cgroup.procs");
        for _ in 0..1000 {
            for pid in fs::read_to_string(self.0.join("cgroup.procs")).unwrap_or_default().lines() {
                let _ = fs::write(&back, pid);
            }
            if fs::remove_dir(&self.0).is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

/// Fault: the kernel is out of memory, and takes the worker.
/// Required: as for any other end; the daemon is not touched.
#[test]
fn fault_073_a_worker_that_runs_out_of_memory_is_told() {
    let group = Group::new("memory", "memory.limit_in_bytes", "33554432");
    let mut yard = Yard::start(&[("CGROUP", &group.path().to_string_lossy())]);
    let full = rounds(100);
    for round in 0..full as u64 {
        let line = yard.call(2 * round, "oom");
        assert!(line.contains("Some(Died(Killed(9)))"), "{line}");
        assert!(yard.call(2 * round + 1, "fine").contains("returned by "));
    }
    let ended = yard.stop();
    assert_eq!(crate::sums(&ended), Some([2, 1, 1, 0].map(|n| n * full as u64)));
    figure("fault_073", &format!("{full} of 100 workers out of memory: told as killed by 9"));
}

/// Fault: a call hangs and its worker ignores TERM.
/// Required: TERM at the time-out, KILL when the grace is over, no sooner and hardly later; the call has ended at the
/// time-out, and the next one is served at once, by another worker.
#[test]
fn fault_074_a_worker_that_ignores_term_is_killed_in_time() {
    const TIMEOUT: u64 = 200;
    const GRACE: u64 = 150;
    let mut yard = Yard::start(&[
        ("TIMEOUT", &TIMEOUT.to_string()),
        ("GRACE", &GRACE.to_string()),
        ("POOL", "4"),
        ("QUEUE", "99"),
    ]);
    let (mut told, mut killed) = (Vec::new(), Vec::new());
    let full = rounds(200).div_ceil(4);
    for round in 0..full as u64 {
        let first = 10 * round;
        yard.order(&format!("call {first} 4 deaf+tell+hang"));
        let mut began = Vec::new();
        for _ in 0..4 {
            let line = yard.child().wait_for("in call ");
            let pid: u32 =
                line.split("] ").nth(1).and_then(|rest| rest.split(' ').next()?.parse().ok()).expect("a pid");
            began.push((pid, number_after(&line, " at ")));
        }
        for _ in 0..4 {
            let line = yard.child().wait_for(" ended ");
            assert!(line.contains("Some(TimedOut("), "{line}");
            let took = Duration::from_micros(number_after(&line, "took "));
            let late = took.checked_sub(Duration::from_millis(TIMEOUT)).expect("not before its time");
            told.push(late);
        }
        for (pid, began) in began {
            // It began a little after the call was sent, from which the time counts.
            let lived = since(began, end_of(pid));
            killed.push(lived.saturating_sub(Duration::from_millis(TIMEOUT + GRACE)));
            assert!(lived > Duration::from_millis(TIMEOUT), "killed before it was asked: {lived:?}");
        }
        assert!(yard.call(first + 9, "fine").contains("returned by "));
    }
    let ended = yard.stop();
    assert_eq!(crate::sums(&ended).map(|sums| sums[2]), Some(4 * full as u64));
    for (what, times) in [("told", told), ("killed", killed)] {
        let count = times.len();
        let (p50, p99, max) = spread(times);
        figure("fault_074", &format!("{what} after its time by p50 {p50:?}, p99 {p99:?}, max {max:?}; {count} of 200"));
    }
}

/// Fault: the time is up at the very moment when the call is done.
/// Required: one end for each attempt's call, whichever it is; a late result is counted and not delivered.
#[test]
fn fault_085_a_result_at_the_last_moment_is_told_once() {
    let full = rounds(2000) as u64;
    let mut yard = Yard::start(&[("TIMEOUT", "20"), ("POOL", "8"), ("QUEUE", "2000"), ("RETRIES", "1")]);
    // From a little too early to a little too late.
    for number in 0..full {
        let micros = 16_000 + number * 5_000 / full;
        yard.order(&format!("call {number} 1 deaf+nap:{micros}"));
        if number % 8 == 7 || number == full - 1 {
            for _ in 0..=number % 8 {
                yard.child().wait_for(" ended ");
            }
        }
    }
    let view = yard.view();
    let ended = yard.stop();
    let [accepted, returned, failed, _] = crate::sums(&ended).expect("sums");
    assert_eq!((accepted, returned + failed), (full, full));
    let ends = ended.lines.iter().filter(|line| line.contains(" ended ")).count();
    assert_eq!(ends as u64, full, "each is told once");
    let (timeouts, late) = (number_after(&view, "timeouts: "), number_after(&view, "late: "));
    assert!(late <= timeouts, "{view}");
    figure(
        "fault_085",
        &format!(
            "{full} of 2000: {returned} returned, {failed} timed out, {timeouts} attempts did; {late} late results not delivered; told twice 0"
        ),
    );
}

/// Fault: the handler of a failure asks for the same call again.
/// Required: the same number, one end for each time it is made, the sums right.
#[test]
fn fault_085_a_call_that_is_made_again_ends_once_more() {
    let mut yard = Yard::start(&[("AGAIN", "2")]);
    yard.order("call 7 1 kill");
    let attempts: Vec<u64> = (0..3).map(|_| number_after(&yard.wait_ended(7), "attempts ")).collect();
    assert_eq!(attempts, [1, 2, 3]);
    let ended = yard.stop();
    assert_eq!(crate::sums(&ended), Some([3, 0, 3, 0]));
}
