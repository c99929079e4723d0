//! Row 81 and the sum of all: very many workers, very many deaths, and not one call that is lost or ends twice.

use std::time::Duration;

use daemon_tests::{Chance, figure, proc, rounds, spread, wait_until};

use crate::yard::{limit_descriptors, since};
use crate::{Yard, kill_surely, mono, number_after};

/// Fault: all workers are killed in one instant, each with a call.
/// Required: every death is seen, once; the pool is as large as before; no zombie is left.
#[test]
fn fault_081_all_workers_die_in_one_instant() {
    let count = (rounds(500) * 4).clamp(100, 500);
    let mut yard = Yard::start(&[("POOL", &count.to_string())]);
    // Four for each worker are more than many systems allow unless they are asked.
    limit_descriptors(yard.pid(), 4096);
    yard.order(&format!("call 0 {count} hang"));
    yard.wait_workers(count);
    wait_until("all at work", || number_after(&yard.view(), "running: ") == count as u64);
    let workers = yard.workers();
    let daemon = yard.pid();
    let killed = workers.iter().filter(|pid| kill_surely(**pid, |pid| proc::status(pid, "PPid") == daemon.to_string()));
    assert_eq!(killed.count(), count);
    let began = mono();
    for _ in 0..count {
        let line = yard.child().wait_for(" ended ");
        assert!(line.contains("Some(Died(Killed(9)))"), "{line}");
    }
    let told = since(began, mono());
    yard.order(&format!("call 1000 {count} fine"));
    for _ in 0..count {
        let line = yard.child().wait_for(" ended ");
        assert!(line.contains("returned by "), "{line}");
    }
    let refilled = since(began, mono());
    assert_eq!(number_after(&yard.view(), "deaths: "), count as u64);
    let zombies = yard.workers().iter().filter(|pid| proc::status(**pid, "State").starts_with('Z')).count();
    assert_eq!(zombies, 0);
    let ended = yard.stop();
    let count = count as u64;
    assert_eq!(crate::sums(&ended), Some([2 * count, count, count, 0]));
    figure(
        "fault_081",
        &format!(
            "{count} workers killed at once: missed 0, zombies 0, all told after {told:?}, as many calls answered after {refilled:?}; of 500"
        ),
    );
}

/// Fault: workers are killed at random, all the time, in the middle of 100,000 calls with loads of all sizes.
/// Required: each call ends exactly once, with the right result or with the death of its worker: accepted = returned +
/// failed.
#[test]
fn fault_086_no_call_is_lost_or_told_twice_under_random_kills() {
    let calls = rounds(100_000) as u64;
    let mut chance = Chance::fresh();
    let mut yard = Yard::start(&[("POOL", "4"), ("SPAWN", "eager")]);
    yard.order(&format!("bulk {calls} 64 30000"));
    let daemon = yard.pid();
    let over = std::thread::spawn({
        let done = yard.place().file("done");
        move || {
            let mut kills = 0u64;
            while !done.exists() {
                let workers = proc::children(daemon);
                if !workers.is_empty() {
                    let pid = workers[usize::try_from(chance.next() >> 33).unwrap_or(0) % workers.len()];
                    kills += u64::from(kill_surely(pid, |pid| proc::status(pid, "PPid") == daemon.to_string()));
                }
                std::thread::sleep(chance.up_to(Duration::from_millis(8)));
            }
            kills
        }
    });
    let line = yard.child().wait_for("bulk done");
    std::fs::write(yard.place().file("done"), "").expect("a mark");
    let kills = over.join().expect("the killer");
    let of = |what: &str| number_after(&line, what);
    let (returned, died) = (of(" returned "), of(" died "));
    assert_eq!((returned + died, of("other "), of("wrong "), of("twice ")), (calls, 0, 0, 0), "{line}");
    let ended = yard.stop();
    assert_eq!(crate::sums(&ended), Some([calls, returned, died, 0]));
    figure(
        "fault_086",
        &format!(
            "{calls} of 100000 calls, {kills} kills: {returned} returned, {died} lost with their workers and told, wrong 0, twice 0, missing 0"
        ),
    );
}

/// B18: the dead were counted among the living for half a minute, and a dead pool served nobody.
/// Required: a worker that is killed while it has nothing to do is replaced, and the next call has its result.
#[test]
fn b18_a_dead_pool_serves_again_at_once() {
    let full = rounds(1000) as u64;
    let mut yard = Yard::start(&[("SPAWN", "eager")]);
    let daemon = yard.pid();
    let mut times = Vec::new();
    for number in 0..full {
        let pid = yard.wait_workers(1)[0];
        assert!(kill_surely(pid, |pid| proc::status(pid, "PPid") == daemon.to_string()));
        let began = mono();
        wait_until("its burial", || proc::status(pid, "State").is_empty());
        let line = yard.call(number, "fine");
        assert!(line.contains("returned by "), "{line}");
        times.push(since(began, mono()));
    }
    yard.stop();
    let (p50, p99, max) = spread(times);
    figure(
        "b18",
        &format!("idle worker killed, next call answered after p50 {p50:?}, p99 {p99:?}, max {max:?}; {full} of 1000"),
    );
}
