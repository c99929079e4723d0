//! Row 16: a PID file that can not be written.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use daemon_tests::{Child, Disk, Place, holder, traced, wait_until};
use nix::sys::signal::Signal;

use crate::{DAEMON, Moved, arguments, names, text};

/// Fault 16 at the start: a full disk, a read-only one, a used-up quota at each call that writes the file. 73 with the
/// reason, and not even an empty file.
#[test]
fn fault_016_a_file_that_can_not_be_written_is_a_failed_start() {
    let place = Place::new();
    let disk = Disk::new(&place);
    let pid_file = disk.path().join("x.pid");
    let start = || Child::start(DAEMON, arguments(&place, &pid_file, &[])).wait();
    let expect = |ended: &daemon_tests::Ended, reason: &str| {
        assert!(ended.errors.contains("PID file") && ended.errors.contains(reason), "{ended:#?}");
        ended.expect_code(73);
        assert_eq!(holder(&place.lock()), None, "the lock was given back");
    };
    for stale in [None, Some("4194303\n")] {
        let filler = disk.fill();
        if let Some(stale) = stale {
            fs::remove_file(&filler).expect("the filler");
            fs::write(&pid_file, stale).expect("planted");
            let _ = disk.fill();
        }
        expect(&start(), "No space left");
        let left = if stale.is_some() { vec!["filler", "x.pid"] } else { vec!["filler"] };
        assert_eq!(names(disk.path()), left);
        assert_eq!(text(&pid_file), stale.unwrap_or_default());
        fs::remove_file(&filler).expect("the filler");
    }
    fs::remove_file(&pid_file).expect("the stale file");
    for call in ["openat", "fchmod", "write", "rename"] {
        let calls = place.file("calls");
        // The calls about the new file alone, whatever its number will be.
        let when = if call == "openat" { first_open(&place, &pid_file) } else { 1 };
        let fault = format!("{call}:error=EDQUOT:when={when}");
        let ended = Child::spawn(traced(DAEMON, arguments(&place, &pid_file, &[]), &[fault], &calls)).wait();
        let met = fs::read_to_string(&calls).expect("what was called");
        let met = met.lines().find(|line| line.contains("(INJECTED)")).unwrap_or_default().to_owned();
        assert!(met.starts_with(call) && met.contains("EDQUOT"), "{call}: {met}");
        assert!(call == "fchmod" || call == "write" || met.contains("x.pid."), "{call} of another file: {met}");
        expect(&ended, "quota exceeded");
        assert_eq!(names(disk.path()), [""; 0], "{call}");
    }
    disk.make_read_only();
    expect(&start(), "Read-only file system");
    assert_eq!(names(disk.path()), [""; 0]);
}

/// The how manieth `openat` of a good start makes the new PID file.
fn first_open(place: &Place, pid_file: &Path) -> usize {
    let calls = place.file("good");
    let mut child = Child::spawn(traced(DAEMON, arguments(place, pid_file, &[]), &[], &calls));
    child.wait_started();
    child.stop().expect_code(0);
    let calls = fs::read_to_string(&calls).expect("what was called");
    let mut opens = calls.lines().filter(|line| line.starts_with("openat("));
    opens.position(|line| line.contains("x.pid.")).expect("a new file") + 1
}

/// Fault 16 at a restart: a running daemon does not end over its PID file. It warns, goes on, and writes the file when
/// there is room again.
#[test]
fn fault_016_at_a_restart_it_is_a_warning() {
    let place = Place::new();
    let disk = Disk::new(&place);
    let pid_file = disk.path().join("x.pid");
    let mut moved = Moved::start(&place, &pid_file);
    let inode = fs::metadata(place.lock()).expect("the lock").ino();
    fs::remove_file(&pid_file).expect("there");
    let filler = disk.fill();
    moved.daemon.signal(Signal::SIGHUP);
    moved.daemon.wait_log("started again", 1);
    assert!(moved.daemon.log().contains("warn: can not write the PID file"), "{}", moved.daemon.log());
    assert_eq!(names(disk.path()), ["filler"], "not even an empty file");
    fs::remove_file(filler).expect("room");
    moved.half_a_minute_later();
    let want = format!("{}\n", moved.daemon.pid());
    wait_until("the PID file", || text(&pid_file) == want);
    // The same without a restart: it looks, can do nothing about it, says so, and stays.
    fs::remove_file(&pid_file).expect("there");
    let filler = disk.fill();
    moved.half_a_minute_later();
    moved.daemon.wait_log("can not put the PID file back", 1);
    assert_eq!(names(disk.path()), ["filler"]);
    fs::remove_file(filler).expect("room");
    moved.half_a_minute_later();
    wait_until("the PID file", || text(&pid_file) == want);
    assert_eq!(fs::metadata(place.lock()).expect("the lock").ino(), inode);
    assert_eq!(moved.daemon.stop(), Some(0));
    assert_eq!(names(disk.path()), [""; 0]);
}
