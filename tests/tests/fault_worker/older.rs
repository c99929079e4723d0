//! Errors of older daemons with workers, so that they do not come back.

use std::collections::BTreeSet;

use daemon_tests::{figure, proc, rounds};

use crate::{Yard, number_after};

/// B6: the count after which a worker retires was never reached, or at once.
/// Required: about as many calls as declared, between that and a fifth more; each is replaced, and no call is lost.
#[test]
fn b06_workers_retire_after_their_calls_and_are_replaced() {
    let calls = rounds(20_000).max(1000) as u64;
    let mut yard = Yard::start(&[("MAX_CALLS", "100"), ("POOL", "2"), ("QUEUE", "30000")]);
    yard.order(&format!("bulk {calls} 8 10"));
    let line = yard.child().wait_for("bulk done");
    assert_eq!((number_after(&line, " returned "), number_after(&line, "deaths: ")), (calls, 0), "{line}");
    let started = number_after(&line, "started: ");
    assert!((calls / 120..=calls / 100 + 2).contains(&started), "{started} workers for {calls} calls");
    yard.stop();
    figure("b06", &format!("{calls} calls, retiring after 100 to 120: {started} workers, lost 0"));
}

/// B6: and after their time.
#[test]
fn b06_workers_retire_after_their_time_and_are_replaced() {
    let mut yard = Yard::start(&[("MAX_AGE", "50"), ("SPAWN", "eager")]);
    let mut pids = BTreeSet::new();
    let mut number = 0;
    while pids.len() < 5 {
        let line = yard.call(number, "fine");
        assert!(line.contains("returned by "), "{line}");
        pids.insert(number_after(&line, "returned by "));
        number += 1;
    }
    assert_eq!(number_after(&yard.view(), "deaths: "), 0);
    yard.stop();
}

/// B15: all ways to start workers were one, and however many calls waited, one worker was enough.
/// Required: at the start, at the first call, or as many as there are calls.
#[test]
fn b15_workers_are_started_when_it_was_said() {
    let started = |yard: &mut Yard| number_after(&yard.view(), "started: ");
    let of = |spawn: &str| Yard::start(&[("POOL", "4"), ("SPAWN", spawn)]);
    let mut eager = of("eager");
    assert_eq!(started(&mut eager), 4);
    eager.stop();
    let mut mixed = of("on_first_call");
    assert_eq!(started(&mut mixed), 0);
    mixed.call(1, "fine");
    assert_eq!(started(&mut mixed), 4);
    mixed.stop();
    let mut lazy = of("lazy");
    lazy.call(1, "fine");
    lazy.call(2, "fine");
    assert_eq!(started(&mut lazy), 1);
    lazy.order("call 3 3 nap:20000");
    (0..3).for_each(|_| drop(lazy.child().wait_for(" ended ")));
    assert_eq!(started(&mut lazy), 3, "as many as calls waited");
    lazy.stop();
}

/// B16: a pool was said to be idle until the worker had acknowledged the call, and so was given two.
/// Required: not idle from the call on, before the hook that makes it goes on.
#[test]
fn b16_a_pool_with_a_call_is_not_idle() {
    let mut yard = Yard::start(&[]);
    for number in 0..rounds(1000) as u64 {
        yard.order(&format!("call {number} 1 nap:10"));
        assert!(yard.child().wait_for("ordered until ").ends_with("idle false"));
        yard.wait_ended(number);
    }
    yard.stop();
}

/// B17: records of calls were kept for ever.
/// Required: memory does not grow with the calls that were made. (The subject counts the ends of each call, in a few bytes.)
#[test]
fn b17_memory_does_not_grow_with_calls() {
    let calls = rounds(100_000).max(2000) as u64;
    let mut yard = Yard::start(&[("POOL", "2")]);
    let memory =
        |yard: &Yard| -> u64 { proc::status(yard.pid(), "VmRSS").trim_end_matches(" kB").parse().expect("kilobytes") };
    yard.order(&format!("bulk {calls} 32 1000")).child().wait_for("bulk done");
    let before = memory(&yard);
    yard.order(&format!("bulk {calls} 32 1000")).child().wait_for("bulk done");
    let grown = memory(&yard).saturating_sub(before);
    yard.stop();
    // 16 bytes of the subject's own for each call, doubled when its table grows.
    assert!(grown < 1024 + calls / 16, "{grown} kB for {calls} calls");
    figure("b17", &format!("{calls} of 100000 calls: memory +{grown} kB, the counts of the test among them"));
}

/// B28: an error in a worker was told only when its time was up; and the process that was killed then might be another.
/// Required: told at once; a time-out ends the process that has the call, and no other.
#[test]
fn b28_an_error_is_told_at_once_and_a_time_out_ends_its_own_process() {
    let full = rounds(100) as u64;
    let mut yard = Yard::start(&[("POOL", "2"), ("TIMEOUT", "250"), ("GRACE", "1000")]);
    for round in 0..full {
        let first = 100 * round;
        let line = yard.call(first, "error");
        assert!(line.contains("as it was told") && number_after(&line, "took ") < 250_000, "{line}");
        // One hangs; its neighbour is in the middle of one of many short calls when TERM goes to the one that hangs.
        yard.order(&format!("call {} 1 hang", first + 1));
        yard.order(&format!("call {} 10 nap:40000", first + 2));
        let lines: Vec<String> = (0..11).map(|_| yard.child().wait_for(" ended ")).collect();
        let (hung, others): (Vec<_>, Vec<_>) = lines.iter().partition(|line| line.contains(" hang,"));
        assert!(hung[0].contains("TimedOut"), "{hung:?}");
        let hung = number_after(hung[0], " us of ");
        // The last of them may have come to the successor of the one that hung.
        assert!(others.iter().all(|line| line.contains("returned by ") && number_after(line, " us of ") != hung));
    }
    assert_eq!(number_after(&yard.view(), "deaths: "), 0);
    yard.stop();
    figure("b28", &format!("{full} of 100 time-outs beside a worker at work: the wrong process ended 0"));
}

/// B30: all workers wrote to one piece of memory without a lock, and damaged it within seconds.
/// Required: results of many workers at once are right, all of them.
#[test]
fn b30_many_workers_at_once_damage_nothing() {
    let calls = rounds(100_000) as u64;
    let mut yard = Yard::start(&[("POOL", "8")]);
    yard.order(&format!("bulk {calls} 64 20000"));
    let line = yard.child().wait_for("bulk done");
    let of = |what: &str| number_after(&line, what);
    assert_eq!((of(" returned "), of("wrong "), of("twice ")), (calls, 0, 0), "{line}");
    let rate = calls * 1_000_000 / of(" in ").max(1);
    yard.stop();
    figure("b30", &format!("{calls} of 100000 calls with 8 workers: damaged 0, {rate} calls/s (debug build)"));
}
