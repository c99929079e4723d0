//! Rows 21, 82, 83, 88: the start of workers: what they are given, what they may not have, and when they can not be started.

use std::fs;
use std::path::Path;
use std::time::Duration;

use daemon_tests::{Place, figure, proc, rounds};

use crate::ends::Group;
use crate::yard::{limit_descriptors, since};
use crate::{Yard, mono, number_after};

/// Fault: the daemon has a lock, a log, and a descriptor that a careless library has opened for all its children.
/// Required: a worker has its line, its outputs, the lock of its generation, and nothing else.
#[test]
fn fault_021_a_worker_has_what_is_meant_for_it_and_nothing_else() {
    let mut yard = Yard::start_locked(Place::new().into(), &[]);
    yard.order("leak");
    let leaked = number_after(&yard.child().wait_for("leaked "), "leaked ");
    assert!(leaked > 2);
    let line = yard.call(1, "fds");
    let list = line.split_once("returned by ").and_then(|(_, rest)| rest.split_once(": ")).expect("a list").1;
    let mut lines = Vec::new();
    for row in list.split(' ') {
        let (number, target) = row.split_once('=').expect("a row");
        match number.parse::<u32>().expect("a number") {
            0 => assert_eq!(target, "/dev/null", "{list}"),
            1 | 2 => assert!(target.starts_with("pipe:"), "{list}"),
            // What keeps the next daemon from beginning while this worker lives: shared on purpose.
            _ if target.ends_with("/test.workers") => {}
            // The directory that was being read.
            _ if target.starts_with("/proc/") && target.ends_with("/fd") => {}
            _ => {
                assert!(target.starts_with("socket:"), "{row} in {list}");
                lines.push(target);
            }
        }
    }
    lines.dedup();
    assert_eq!(lines.len(), 1, "one line, however often it is open: {list}");
    yard.stop();
    figure("fault_021", &format!("a worker's descriptors, a leaking daemon: extra 0 of {list}"));
}

/// Fault: the setup of a worker fails, exits, aborts or panics, for ever; or it is ready and leaves at once.
/// Required: a bounded number of starts with pauses between them; then the pool has failed, which callers are told;
/// the daemon goes on; and when it is asked to try again, it does.
#[test]
fn fault_082_a_pool_whose_workers_die_at_their_start_gives_up_and_says_so() {
    // Most of the time they wait: all at once.
    std::thread::scope(|scope| {
        for how in ["fail", "exit:1", "exit:0", "abort", "panic", "leave"] {
            scope.spawn(move || give_up(how));
        }
    });
}

/// One daemon whose workers start like this.
fn give_up(how: &str) {
    let place = Place::new();
    fs::write(place.file("setup"), how).expect("how it starts");
    let command = Yard::command(Yard::program(), &place, &[("TICK", "20"), ("SPAWN", "eager")]);
    let mut yard = Yard::spawn(place, command);
    yard.child().wait_started();
    let began = mono();
    yard.child().wait_for("the pool has failed: 11 workers in a row ended before they did anything");
    let took = since(began, mono());
    yard.order("call 1 1 fine");
    let refused = yard.child().wait_for("refused 1: ");
    assert!(refused.contains("the pool has failed: 11 workers"), "{how}: {refused}");
    let view = yard.view();
    assert_eq!((number_after(&view, "started: "), number_after(&view, "processes: ")), (11, 0), "{how}");
    // The daemon does not spin for it.
    let cpu = ticks_of(yard.pid());
    (0..5).for_each(|_| drop(yard.child().wait_for(" tick ")));
    assert!(ticks_of(yard.pid()) - cpu < 8, "{how}: it spins");
    fs::write(yard.place().file("setup"), "").expect("it works again");
    yard.order("revive");
    assert!(yard.call(2, "fine").contains("returned by "), "{how}");
    yard.stop();
    figure("fault_082", &format!("setup that says {how:?}: 11 starts in {took:?}, then refused; revived"));
}

/// Processor time of a process, in hundredths of a second.
fn ticks_of(pid: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).expect("it runs");
    let fields: Vec<&str> = stat.rsplit_once(") ").expect("a name").1.split(' ').collect();
    fields[11].parse::<u64>().expect("user time") + fields[12].parse::<u64>().expect("system time")
}

/// Fault: no descriptor is left for a new worker.
/// Required: the call waits, the reason is in the log, nothing ends; when there are descriptors again, it is served.
#[test]
fn fault_083_without_descriptors_calls_wait_and_are_served_later() {
    let full = rounds(40);
    let mut times = Vec::new();
    for round in 0..full {
        let mut yard = Yard::start(&[]);
        let pid = yard.pid();
        // Room for what the daemon itself opens, one at a time, but not for a worker.
        let highest = fs::read_dir(format!("/proc/{pid}/fd")).expect("its descriptors").flatten();
        let highest = highest.filter_map(|entry| entry.file_name().to_str()?.parse::<u64>().ok()).max();
        limit_descriptors(pid, highest.expect("some") + 2 + round as u64 % 5);
        yard.order("call 1 1 fine").child().wait_for("can not be started: ");
        yard.order("call 2 1 fine").child().wait_for("called ");
        limit_descriptors(pid, 1024);
        let began = mono();
        assert!(yard.wait_ended(1).contains("returned by "));
        times.push(since(began, mono()));
        assert!(yard.wait_ended(2).contains("returned by "));
        let ended = yard.stop();
        assert_eq!(crate::sums(&ended), Some([2, 2, 0, 0]));
    }
    tell_recovery("descriptors", times, "40");
}

/// Fault: a pool that is larger than the daemon may have descriptors for: each worker needs four.
/// Required: it works with as many workers as there can be, and leaves room for what hooks open; no call is lost.
#[test]
fn fault_083_a_large_pool_leaves_descriptors_for_others() {
    const LIMIT: u64 = 128;
    let mut yard = Yard::start(&[("POOL", "100")]);
    limit_descriptors(yard.pid(), LIMIT);
    yard.order("call 0 100 nap:20000").child().wait_for("can not be started: ");
    let open = proc::descriptors(yard.pid()).len() as u64;
    assert!(open <= LIMIT - LIMIT / 8, "{open} descriptors are open");
    // The hook of this order opens a file.
    let most = number_after(&yard.view(), "processes: ");
    assert!((10..=LIMIT / 4).contains(&most), "{most} workers");
    for number in 0..100 {
        assert!(yard.wait_ended_in_any_order().contains("returned by "), "the {number}th");
    }
    let ended = yard.stop();
    assert_eq!(crate::sums(&ended), Some([100, 100, 0, 0]));
    figure(
        "fault_083",
        &format!("pool of 100 with {LIMIT} descriptors: {most} workers, {open} open, lost 0 of 100 calls"),
    );
}

/// Fault: the kernel allows no further process.
/// Required: the same.
#[test]
fn fault_083_without_processes_calls_wait_and_are_served_later() {
    let full = rounds(40);
    let mut times = Vec::new();
    for _ in 0..full {
        let mut yard = Yard::start(&[]);
        let group = Group::new("pids", "pids.max", "1");
        fs::write(group.path().join("cgroup.procs"), yard.pid().to_string()).expect("the daemon in the group");
        yard.order("call 1 1 fine").child().wait_for("can not be started: ");
        fs::write(group.path().join("pids.max"), "max").expect("no limit");
        let began = mono();
        assert!(yard.wait_ended(1).contains("returned by "));
        times.push(since(began, mono()));
        yard.stop();
    }
    tell_recovery("processes", times, "40");
}

fn tell_recovery(what: &str, times: Vec<Duration>, of: &str) {
    let count = times.len();
    let (p50, p99, max) = daemon_tests::spread(times);
    figure(
        "fault_083",
        &format!(
            "out of {what}: lost 0, served again p50 {p50:?}, p99 {p99:?}, max {max:?} after there were some; {count} of {of}"
        ),
    );
}

/// Fault: the program is replaced by another one while the daemon runs, and then a worker must be started.
/// Required: it is the daemon's own image, not the new file.
#[test]
fn fault_088_a_worker_is_of_the_daemons_own_image() {
    let full = rounds(100);
    for _ in 0..full {
        let place = Place::new();
        let program = place.file("program");
        fs::copy(Yard::program(), &program).expect("a copy");
        let command = Yard::command(&program.to_string_lossy(), &place, &[]);
        let mut yard = Yard::spawn(place, command);
        yard.child().wait_started();
        assert!(yard.call(1, "exe").ends_with("/program"));
        // Another program under the same name, as an installer puts it there: this one ends with 1 at once.
        let new = yard.place().file("new");
        fs::copy("/bin/false", &new).expect("another program");
        fs::rename(&new, &program).expect("replaced");
        assert!(yard.call(2, "kill").contains("Some(Died(Killed(9)))"));
        let line = yard.call(3, "exe");
        assert!(line.ends_with("/program (deleted)"), "{line}");
        fs::remove_file(&program).expect("gone");
        assert!(yard.call(4, "kill").contains("Some(Died(Killed(9)))"));
        assert!(yard.call(5, "exe").ends_with("/program (deleted)"));
        assert!(!Path::new(&program).exists());
        yard.stop();
    }
    figure("fault_088", &format!("program replaced and removed: mixed versions 0 of {full}; of 100"));
}
