//! Rows 19 and 20: things happen to the file while it is held.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use daemon_tests::{Child, Ended, Place, figure, rounds, spread};

use crate::{is_flocked, now, second, since, start_holder};

/// What an administrator, or a job that tidies up, does to a lock file.
type Spoil = fn(&Path);

fn remove(lock: &Path) {
    fs::remove_file(lock).expect("removed");
}

fn move_away(lock: &Path) {
    fs::rename(lock, lock.with_extension("moved")).expect("moved");
}

fn replace(lock: &Path) {
    let other = lock.with_extension("other");
    fs::write(&other, "precious\n").expect("written");
    fs::rename(other, lock).expect("replaced");
}

fn replace_by_link(lock: &Path) {
    let other = lock.with_extension("target");
    fs::rename(lock, &other).expect("moved");
    std::os::unix::fs::symlink(other, lock).expect("a link");
}

/// The holder sits in an iteration while its file goes; a second start is refused; then the iteration ends. Gives the
/// time from that end to the loss being seen.
fn lose(spoil: Spoil) -> Duration {
    let place = Place::new();
    let go = place.file("go");
    let (mut victim, _) = start_holder(&place, &["--go", path(&go)]);
    victim.wait_for("tick 1 begins");
    spoil(&place.lock());
    let before = fs::read(place.lock()).ok();
    let refused = second(&place, &["--once"]);
    // A link in its place is refused for what it is, before anybody asks who holds what.
    let wanted = if place.lock().is_symlink() { 73 } else { 75 };
    refused.expect_code(wanted);
    assert_eq!(refused.count("tick"), 0, "two daemons at a time");
    if before.is_some() {
        assert_eq!(fs::read(place.lock()).ok(), before, "the loser wrote to the file");
    }
    let began = now();
    fs::write(&go, "").expect("the sign to go on");
    victim.wait_for("the lock is lost");
    let took = since(began, now());
    check_loss(&victim.wait());
    took
}

fn path(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}

/// 75; the event is fired, then the shutdown; no iteration after the loss is known.
fn check_loss(ended: &Ended) {
    ended.expect_code(75);
    let at = |text: &str| ended.lines.iter().position(|line| line.contains(text));
    let lost = at("the lock is lost").expect("said");
    let event = at("event LockLost(").expect("the event lock_lost");
    let shutdown = at("shutdown").expect("the event shutdown");
    assert!(lost < event && event < shutdown, "{ended:#?}");
    let later = &ended.lines[lost..];
    assert!(!later.iter().any(|line| line.contains("begins")), "{ended:#?}");
}

/// Fault: the lock file is removed, moved away, or replaced while it is held.
/// Required: a second instance is still refused with 75 and touches nothing; the holder notices before one of its next
/// iterations (it looks once a second), fires `lock_lost`, and stops with 75.
#[test]
fn fault_019_a_lock_file_that_goes_lets_nobody_in_and_stops_the_holder() {
    let ways: [(&str, Spoil); 4] =
        [("removed", remove), ("moved", move_away), ("replaced", replace), ("replaced by a link", replace_by_link)];
    let full = rounds(100);
    let many = std::thread::scope(|scope| {
        let run = |(way, spoil): (&'static str, Spoil)| {
            scope.spawn(move || (way, (0..full).map(|_| lose(spoil)).collect::<Vec<_>>()))
        };
        let all: Vec<_> = ways.into_iter().map(run).collect();
        all.into_iter().map(|way| way.join().expect("all rounds")).collect::<Vec<_>>()
    });
    for (way, times) in many {
        let (p50, _, max) = spread(times);
        figure(
            "fault_019",
            &format!("{way}: noticed within p50 {p50:?}, max {max:?}; 0 overlaps; {full} of 100 rounds"),
        );
    }
}

/// Fault: the holder itself opens and closes the file, duplicates its descriptor, forks, starts programs.
/// Required: the lock is still held: the file's own lock, not only the name beside it, and a second start is refused.
#[test]
fn fault_020_the_lock_outlives_unrelated_closes_forks_and_duplicates() {
    let full = rounds(100);
    for act in ["reopen", "duplicate", "fork", "spawn"] {
        let place = Place::new();
        let lock = place.lock();
        let (mut victim, _) = start_holder(&place, &["--act", act, "--file", path(&lock)]);
        for _ in 0..full {
            if act == "duplicate" {
                victim.wait_for("duplicated 1");
            }
            victim.wait_for("ends");
            assert!(is_flocked(&lock), "{act}: the lock was dropped");
            second(&place, &["--once"]).expect_code(75);
        }
        victim.stop().expect_code(0);
        assert!(!is_flocked(&lock), "{act}: the look at it sees nothing");
    }
    figure("fault_020", &format!("still held {full}/{full} after each of 4 acts; of 100"));
}

/// Row 20, the gate: the kind of lock that any close of the file drops must not occur in the framework's source.
#[test]
fn fault_020_no_lock_that_a_close_drops_is_in_the_source() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../daemon-core/src");
    let mut sources = Vec::new();
    collect(&root, &mut sources);
    let text: String = sources.iter().map(|path| fs::read_to_string(path).expect("a source")).collect();
    assert!(text.contains("FlockArg"), "the lock is not where it is looked for");
    for banned in ["F_SETLK", "lockf("] {
        assert!(!text.contains(banned), "{banned} in the source");
    }
}

fn collect(directory: &Path, sources: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).expect("the source").flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, sources);
        } else if path.extension().is_some_and(|end| end == "rs") {
            sources.push(path);
        }
    }
}

/// What the holder of a lock that is not touched says: nothing of a loss, however often it looks.
#[test]
fn fault_019_a_lock_file_that_stays_is_never_lost() {
    let place = Place::new();
    let (mut victim, _) = start_holder(&place, &[]);
    // More than a second of iterations: it has looked at least once.
    victim.wait_for("tick 60 ends");
    let ended = Child::stop(victim);
    ended.expect_code(0);
    assert_eq!(ended.count("lost"), 0);
}
