//! Rows 78, 79, 80, 87: the line between daemon and worker: cut, abused, full, and not to be confused with what is printed.

use std::collections::BTreeSet;

use daemon_tests::{each, figure, proc, record, rounds};

use crate::{Yard, number_after};

/// Fault: a worker is killed after each single byte of its answer.
/// Required: half an answer is none: the call has failed, and the next one is not confused by what was left.
#[test]
fn fault_078_half_an_answer_is_none_at_every_byte() {
    // A head of 24 bytes, a body of 20.
    const WHOLE: u64 = 44;
    let mut yard = Yard::start(&[]);
    for bytes in 0..=WHOLE {
        let line = yard.call(2 * bytes, &format!("half:{bytes}"));
        let expected = if bytes < WHOLE { "Some(Died(Killed(9)))" } else { ": half" };
        assert!(line.contains(expected), "after {bytes} bytes: {line}");
        wait_gone(number_after(&line, " us of "));
        let next = yard.call(2 * bytes + 1, "fine");
        assert!(next.contains("returned by "), "after {bytes} bytes: {next}");
    }
    let ended = yard.stop();
    assert_eq!(crate::sums(&ended), Some([2 * WHOLE + 2, WHOLE + 2, WHOLE, 0]));
    figure("fault_078", &format!("killed after each of {} bytes: wrong results 0", WHOLE + 1));
}

/// Waits until the daemon has buried a worker.
fn wait_gone(pid: u64) {
    let pid = u32::try_from(pid).expect("a process number");
    daemon_tests::wait_until("the end of a worker", || proc::status(pid, "State").is_empty());
}

/// What a worker may not say, and what it does afterwards. The numbers are those of the subject.
const ABUSES: [(usize, &str); 21] = [
    (0, "another protocol"),
    (1, "zeroes"),
    (2, "a wrong magic number"),
    (3, "another version"),
    (4, "kind 0"),
    (5, "an unknown kind"),
    (6, "a length of 4 GiB"),
    (7, "a length just over the limit"),
    (8, "a length that is too short"),
    (9, "a wrong checksum"),
    (10, "a damaged body"),
    (11, "a call"),
    (12, "a cancel"),
    (13, "an answer to a call that was never made"),
    (14, "an answer to call 0"),
    (15, "an answer to the last call that there can be"),
    (16, "a greeting of another build"),
    (17, "a log record without an end"),
    (18, "a log record with an escape sequence"),
    (19, "a log record that is no text"),
    (20, "a megabyte of noise"),
];

/// Fault: a worker says what no worker may say, and then goes on as if nothing had happened.
/// Required: it is ended, its call fails with that cause and is counted; the next call has another worker; the log holds
/// nothing that was forged.
#[test]
fn fault_079_a_worker_that_says_what_it_may_not_is_ended() {
    let tried = each(ABUSES, |(number, what)| {
        let mut yard = Yard::start(&[("TIMEOUT", "20000")]);
        let before = yard.call(1, "fine");
        let line = yard.call(2, &format!("say:{number}+nap:1000"));
        assert!(line.contains("Some(Died(Garbled))"), "{what}: {line}");
        let after = yard.call(3, "fine");
        let by = |line: &str| number_after(line, "returned by ");
        assert_ne!(by(&before), by(&after), "{what}: the same worker");
        assert_eq!(number_after(&yard.view(), "deaths: "), 1, "{what}");
        let peak = proc::status(yard.pid(), "VmHWM");
        let ended = yard.stop();
        assert_eq!(crate::sums(&ended), Some([3, 2, 1, 0]), "{what}");
        let peak: u64 = peak.trim_end_matches(" kB").parse().expect("kilobytes");
        assert!(peak < 64 << 10, "{what}: {peak} kB of memory");
        for line in &ended.lines {
            assert!(record::Line::parse(line).is_some(), "{what}: forged {line:?}");
        }
    });
    figure("fault_079", &format!("{tried} of 21 abuses: ended and counted, forged lines 0"));
}

/// Fault: a worker answers its call twice, or answers and then talks rubbish.
/// Required: the call has one end, the first; the worker is ended.
#[test]
fn fault_079_a_worker_that_answers_twice_is_ended() {
    for number in [21, 22] {
        let mut yard = Yard::start(&[]);
        let line = yard.call(1, &format!("say:{number}"));
        assert!(line.contains(": half"), "{line}");
        let first = number_after(&line, " us of ");
        wait_gone(first);
        let after = yard.call(2, "fine");
        assert!(after.contains("returned by ") && number_after(&after, "returned by ") != first, "{after}");
        assert!(number_after(&yard.view(), "deaths: ") >= 1);
        yard.stop();
    }
}

/// Fault: arguments and results of 4 MiB, both ways at once, with eight workers.
/// Required: no deadlock, nothing damaged, and memory that does not grow from one time to the next.
#[test]
fn fault_080_large_loads_both_ways_do_not_block() {
    let mut yard = Yard::start(&[("POOL", "8")]);
    let calls = rounds(400).max(32) as u64;
    let bulk = |yard: &mut Yard| {
        yard.order(&format!("bulk {calls} 16 {}", 4 << 20));
        let line = yard.child().wait_for("bulk done");
        assert_eq!((number_after(&line, "returned "), number_after(&line, "wrong ")), (calls, 0), "{line}");
        let rate = calls * 8 * 1_000_000 / number_after(&line, " in ").max(1);
        (rate, kilobytes(yard, "VmRSS"))
    };
    let (_, before) = bulk(&mut yard);
    let (rate, after) = bulk(&mut yard);
    let peak = kilobytes(&yard, "VmHWM");
    yard.stop();
    // What the allocator keeps varies by some of the loads.
    assert!(after < before + (32 << 10), "memory grows: {before} kB, then {after} kB");
    figure(
        "fault_080",
        &format!(
            "2 x {calls} calls of 4 MiB and back with 8 workers: {rate} MiB/s (debug build), memory {before} kB, then {after} kB, at most {peak} kB; of 400"
        ),
    );
}

/// An amount of memory, as the kernel tells it of the daemon.
fn kilobytes(yard: &Yard, field: &str) -> u64 {
    proc::status(yard.pid(), field).trim_end_matches(" kB").parse().expect("kilobytes")
}

/// Fault: a worker, its libraries and its children print, in all ways, things that look like messages and log lines.
/// Required: it all stands in the log, line by line, marked as printed by that worker; results are not damaged.
#[test]
fn fault_087_what_a_worker_prints_is_logged_and_damages_nothing() {
    let full = rounds(1000) as u64;
    let mut yard = Yard::start(&[]);
    let mut pids = BTreeSet::new();
    for number in 0..full {
        let line = yard.call(number, "print+fine");
        pids.insert(number_after(&line, "returned by "));
    }
    assert_eq!(pids.len(), 1, "no worker has died of it");
    let pid = pids.first().copied().unwrap_or_default();
    let ended = yard.stop();
    for line in &ended.lines {
        assert!(record::Line::parse(line).is_some(), "forged: {line:?}");
    }
    // What has no end of line goes together with the beginning of what follows.
    for (text, count) in [
        ("\\u{0} not a frame", full),
        ("[2026-11-20 07:15:59.123 +01:00] 1 daemon stopped", full),
        ("straight to the descriptor", full),
        ("a child speaks", full),
        ("and complains", full),
        ("no end of line", full),
    ] {
        let told =
            ended.lines.iter().filter(|line| line.contains(&format!("Hand {pid} printed: ")) && line.contains(text));
        let told = told.count() as u64;
        assert_eq!(told, count, "{text:?}");
    }
    figure("fault_087", &format!("{full} calls with stray output: damaged 0, forged 0; of 1000"));
}
