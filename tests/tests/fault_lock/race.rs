//! Row 18: the lock file is removed while processes contend for it.

use std::fs;
use std::path::Path;

use daemon_tests::{Child, Place, alone, figure, rounds, traced, wait_until};
use nix::sys::signal::Signal;

use crate::{HOLDER, actor, holder, is_flocked};

/// How many contend.
const CONTENDERS: usize = 6;
/// How often the lock is had in the full run; a minute on the machine the fault table was made on.
const FULL: usize = 400_000;

/// A time during which one process said it was the holder.
struct Hold {
    start: u64,
    end: u64,
    pid: u32,
}

/// Reads what the holders wrote: `start TIME PID`, later `end TIME PID`.
fn holds(text: &str) -> Vec<Hold> {
    let mut holds: Vec<Hold> = Vec::new();
    for line in text.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let [what, time, pid] = words[..] else { panic!("a torn record: {line:?}") };
        let time = time.parse().expect("a time");
        let pid = pid.parse().expect("a number");
        if what == "start" {
            let end = u64::MAX;
            holds.push(Hold { start: time, end, pid });
            continue;
        }
        let open = holds.iter_mut().rev().find(|hold| hold.pid == pid && hold.end == u64::MAX);
        open.expect("a start before the end").end = time;
    }
    holds.sort_unstable_by_key(|hold| hold.start);
    holds
}

/// How many holds began before an earlier one had ended.
fn overlaps(holds: &[Hold]) -> usize {
    let mut latest = 0;
    let mut count = 0;
    for hold in holds {
        count += usize::from(hold.start < latest);
        latest = latest.max(hold.end);
    }
    count
}

/// How often each contender has the lock before new ones take over.
const BATCH: usize = 200;

/// Lets six processes of `mode` have the lock, `total` times at least, with a deleter beside them when asked; gives the
/// number of holds and of overlaps.
fn contest(mode: &str, total: usize, deleted: bool) -> (usize, usize) {
    let place = Place::new();
    let record = place.file("record");
    let deleter = deleted.then(|| Child::spawn(actor("delete", &place.lock(), &[])));
    let more = [record.to_str().expect("a plain path"), &BATCH.to_string()];
    let mut sum = (0, 0);
    while sum.0 < total {
        fs::write(&record, "").expect("an empty record");
        let start = |_| Child::spawn(actor(mode, &place.lock(), &more));
        let contenders: Vec<Child> = (0..CONTENDERS).map(start).collect();
        contenders.into_iter().for_each(ended_well);
        let (held, twice) = count_up(&record);
        assert_eq!(held, BATCH * CONTENDERS, "a hold is not on record");
        sum = (sum.0 + held, sum.1 + twice);
    }
    if let Some(mut deleter) = deleter {
        deleter.wait_for("removed");
    }
    sum
}

fn ended_well(contender: Child) {
    contender.wait().expect_code(0);
}

fn count_up(record: &Path) -> (usize, usize) {
    let holds = holds(&fs::read_to_string(record).expect("the record"));
    (holds.len(), overlaps(&holds))
}

/// Fault: six processes contend for the lock while a seventh removes its file again and again.
/// Required: never two holders. Control: a lock that is removed on release, without a look at what was locked, must be
/// caught with two holders by the same count, or this test proves nothing.
#[test]
fn fault_018_no_two_holders_while_the_file_is_being_removed() {
    let full = rounds(FULL);
    let (held, twice) = contest("contend", full, true);
    assert_eq!(twice, 0, "two holders at a time");
    let (control, caught) = contest("contend-badly", full, false);
    assert!(caught > 0, "the count of overlaps can not see any");
    figure(
        "fault_018",
        &format!(
            "{twice} overlaps in {held} holds with a deleter; control, unlink without a look: {caught} in {control}; of {FULL}"
        ),
    );
}

/// The same with whole daemons: six starters, each one start after the other, and the deleter. Whoever gets in runs one
/// iteration; the others are refused with 75 (held) or 73 (the file is replaced faster than it can be locked).
#[test]
fn fault_018_no_two_daemons_run_while_the_file_is_being_removed() {
    let place = Place::new();
    let record = place.file("record");
    fs::write(&record, "").expect("an empty record");
    let full = rounds(3000).div_ceil(CONTENDERS);
    let mut deleter = Child::spawn(actor("delete", &place.lock(), &[]));
    let arguments = ["--once", "--record", record.to_str().expect("a plain path")];
    std::thread::scope(|scope| {
        for _ in 0..CONTENDERS {
            scope.spawn(|| {
                for _ in 0..full {
                    let ended = Child::spawn(holder(&place, &arguments)).wait();
                    let known = matches!(ended.code, Some(0 | 73 | 75));
                    assert!(known, "{ended:#?}");
                }
            });
        }
    });
    deleter.wait_for("removed");
    let (held, twice) = count_up(&record);
    assert!(held > 0, "nobody ever ran");
    assert_eq!(twice, 0, "two daemons at a time");
    figure(
        "fault_018",
        &format!("{twice} overlaps in {held} runs of {} started daemons with a deleter; of 3000", full * CONTENDERS),
    );
}

/// Fault: the file is replaced between the moment in which the daemon opens and the one in which it locks it. (strace
/// stops the daemon as it locks.) Required: what it holds in the end is the file that others will look at.
#[test]
fn fault_018_a_file_replaced_while_it_is_being_locked_is_not_taken_for_the_lock() {
    let place = Place::new();
    let (lock, log) = (place.lock(), place.file("trace"));
    let arguments = [Path::new("--lock"), &lock];
    let mut command = traced(HOLDER, arguments, &["flock:signal=SIGSTOP:when=1".to_owned()], &log);
    alone(&mut command);
    let mut child = Child::spawn(command);
    let trace = || fs::read_to_string(&log).unwrap_or_default();
    wait_until("the stop", || trace().contains("--- stopped by SIGSTOP"));
    assert!(is_flocked(&lock), "it was stopped too early for this test");
    fs::remove_file(&lock).expect("removed");
    fs::write(&lock, "").expect("another file");
    child.signal(Signal::SIGCONT);
    child.wait_for("held at ");
    assert!(is_flocked(&lock), "it holds a file that nobody sees");
    child.wait_for("tick 60 ends");
    let ended = child.stop();
    assert_eq!(ended.expect_code(0).count("lost"), 0, "{ended:#?}");
}

/// The count itself: a hold inside another, one that touches, and one that never ended.
#[test]
fn overlaps_are_counted() {
    let apart = "start 1 7\nend 2 7\nstart 2 8\nend 3 8\nstart 4 7\nend 5 7\n";
    assert_eq!(overlaps(&holds(apart)), 0);
    let inside = "start 1 7\nstart 2 8\nend 3 8\nend 9 7\n";
    assert_eq!(overlaps(&holds(inside)), 1);
    let open = "start 1 7\nstart 50 8\nend 51 8\n";
    assert_eq!(overlaps(&holds(open)), 1);
}
