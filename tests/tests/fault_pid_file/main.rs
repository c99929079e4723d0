//! Faults of the PID file with real processes: rows 10, 11, 13 to 16.

mod disk;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use daemon_tests::{Bystander, Child, Detached, Place, figure, holder, rounds, traced};
use nix::sys::signal::Signal;

const DAEMON: &str = env!("CARGO_BIN_EXE_lifecycle");
/// One whose half minutes need not be waited for.
const MOVED: &str = env!("CARGO_BIN_EXE_moved_clock");

fn arguments(place: &Place, pid_file: &Path, more: &[&str]) -> Vec<String> {
    let own = ["-p".into(), pid_file.display().to_string(), "--lock".into(), place.lock().display().to_string()];
    own.into_iter().chain(more.iter().map(|text| (*text).to_owned())).collect()
}

fn start(place: &Place, pid_file: &Path) -> Child {
    let mut child = Child::start(DAEMON, arguments(place, pid_file, &[]));
    child.wait_started();
    child
}

fn text(pid_file: &Path) -> String {
    fs::read_to_string(pid_file).unwrap_or_default()
}

/// The names in a directory, so that a file that is left over is seen.
fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).expect("a directory").flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Fault 10: others could put what they like in the place of the file: in front, in the background and above all as
/// root, the start is refused with 77, and nothing is written.
#[test]
fn fault_010_a_directory_that_others_can_write_is_refused() {
    for (mode, owner) in [(0o777, 0), (0o1777, 0), (0o775, 0), (0o700, 65_534)] {
        let place = Place::new();
        let directory = place.file("open");
        fs::create_dir(&directory).expect("a directory");
        fs::set_permissions(&directory, fs::Permissions::from_mode(mode)).expect("a mode");
        std::os::unix::fs::chown(&directory, Some(owner), None).expect("this test needs root");
        let pid_file = directory.join("x.pid");
        let ended = Child::start(DAEMON, arguments(&place, &pid_file, &[])).wait();
        assert!(ended.errors.contains("PID file") && ended.errors.contains("could replace files"), "{ended:#?}");
        ended.expect_code(77);
        let failed = Detached::start(DAEMON, &place, ["-p", pid_file.to_str().expect("text")]);
        failed.err().expect("refused").expect_code(77);
        assert_eq!(names(&directory), [""; 0]);
        assert_eq!(holder(&place.lock()), None, "the lock was given back");
    }
}

/// A daemon in the background whose clock can be moved on.
struct Moved {
    daemon: Detached,
    ahead: PathBuf,
    seconds: u64,
}

impl Moved {
    fn start(place: &Place, pid_file: &Path) -> Self {
        let ahead = place.file("ahead");
        let mut command = Command::new(MOVED);
        command.env("AHEAD", &ahead).arg("-p").arg(pid_file);
        let daemon = Detached::spawn(command, place).unwrap_or_else(|ended| panic!("{ended:#?}"));
        Self { daemon, ahead, seconds: 0 }
    }

    /// Half a minute passes, after which the daemon looks at its PID file.
    fn half_a_minute_later(&mut self) {
        self.seconds += 31;
        let next = self.ahead.with_extension("next");
        fs::write(&next, self.seconds.to_string()).expect("the time");
        fs::rename(next, &self.ahead).expect("the time");
    }
}

/// Faults 10 and 15: the file is removed, or overwritten with the number of another process of root's, again and again:
/// put back within half a minute each time, with a warning; the process named meanwhile is left alone.
#[test]
fn fault_010_015_a_file_that_was_removed_or_changed_is_put_back() {
    let (place, bystander, count) = (Place::new(), Bystander::new(None).expect("a process"), rounds(200));
    let pid_file = place.file("x.pid");
    let mut moved = Moved::start(&place, &pid_file);
    let want = format!("{}\n", moved.daemon.pid());
    for round in 1..=count {
        if round % 2 == 0 {
            fs::remove_file(&pid_file).expect("there");
        } else {
            fs::write(&pid_file, format!("{}\n", bystander.pid())).expect("overwritten");
        }
        moved.half_a_minute_later();
        moved.daemon.wait_log("the PID file was removed or changed: written again", round);
        assert_eq!(text(&pid_file), want);
    }
    assert!(bystander.is_alive());
    assert_eq!(holder(&place.lock()), Some(moved.daemon.pid().cast_signed()), "the lock never mattered");
    assert_eq!(moved.daemon.stop(), Some(0));
    assert!(bystander.is_alive() && !pid_file.exists());
    figure("fault_010_015", &format!("{count} of {count} put back at the next look, others hit 0"));
}

/// Faults 10 and 11: neither start, nor restart, nor stop sends a signal to the process that the file names: no such call
/// is made at all.
#[test]
fn fault_010_011_no_signal_ever_goes_to_the_process_that_the_file_names() {
    let (place, bystander) = (Place::new(), Bystander::new(None).expect("a process"));
    let (pid_file, calls) = (place.file("x.pid"), place.file("calls"));
    let plant = || fs::write(&pid_file, format!("{}\n", bystander.pid())).expect("planted");
    plant();
    let mut command = traced(DAEMON, arguments(&place, &pid_file, &[]), &[], &calls);
    // A supervisor that is told of restarts: a hang-up is one.
    command.env("NOTIFY_SOCKET", place.file("notify"));
    let mut child = Child::spawn(command);
    child.wait_started();
    plant();
    child.signal(Signal::SIGHUP);
    child.wait_for(" started again, ");
    assert_eq!(text(&pid_file), format!("{}\n", child.pid()), "mended by the restart");
    plant();
    child.stop().expect_code(0);
    assert!(bystander.is_alive());
    let calls = fs::read_to_string(calls).expect("what was called");
    assert!(calls.matches("execve(").count() >= 2, "no restart was watched");
    let kills = ["kill(", "tkill(", "pidfd_send_signal(", "sigqueueinfo("];
    let sent = calls.lines().filter(|line| kills.iter().any(|call| line.contains(call)));
    let to_it: Vec<&str> = sent.filter(|line| line.contains(&bystander.pid().to_string())).collect();
    assert!(to_it.is_empty(), "{to_it:?}");
    assert_eq!(text(&pid_file), format!("{}\n", bystander.pid()), "not ours to remove");
}

/// Fault 11: a killed daemon leaves its number behind in PID file and lock, and another process gets that number. The
/// next start is not kept from starting, and the other process does not notice.
#[test]
fn fault_011_a_number_that_was_used_again_hurts_nobody() {
    let (place, count) = (Place::new(), rounds(1000));
    let pid_file = place.file("x.pid");
    let mut reused = 0;
    for _ in 0..count {
        let victim = start(&place, &pid_file);
        let dead = victim.pid().cast_signed();
        victim.signal(Signal::SIGKILL);
        assert_eq!(victim.wait().signal, Some(libc::SIGKILL));
        // Somebody else may be given the number first: then it is in use all the same.
        let bystander = Bystander::new(Some(dead));
        reused += usize::from(bystander.is_ok());
        assert_eq!((text(&pid_file), holder(&place.lock())), (format!("{dead}\n"), Some(dead)));
        let next = start(&place, &pid_file);
        assert_eq!(text(&pid_file), format!("{}\n", next.pid()));
        next.stop().expect_code(0);
        assert!(bystander.as_ref().is_ok_and(Bystander::is_alive) || bystander.is_err());
    }
    assert!(reused > 0, "no number could be used again: this test needs root");
    figure(
        "fault_011",
        &format!("{count} starts over the number of a killed daemon, in use again {reused} times, hit 0"),
    );
}

/// Fault 13: a daemon is killed and started, or restarted in place, while somebody reads its PID file all the time: never
/// is there half a number, nor none.
#[test]
fn fault_013_a_reader_finds_a_whole_number_at_any_moment() {
    let (place, count) = (Place::new(), rounds(1000));
    let pid_file = place.file("x.pid");
    let mut daemon = Moved::start(&place, &pid_file);
    let stop = Arc::new(AtomicBool::new(false));
    let (stopped, path) = (Arc::clone(&stop), pid_file.clone());
    let reader = std::thread::spawn(move || {
        let (mut reads, mut bad) = (0usize, Vec::new());
        while !stopped.load(Ordering::Relaxed) {
            reads += 1;
            match fs::read(&path) {
                Ok(text) if is_whole(&text) => {}
                other => bad.push(other.map(|text| String::from_utf8_lossy(&text).into_owned())),
            }
        }
        (reads, bad)
    });
    for round in 1..=count {
        if round % 2 == 0 {
            // Overwritten by the restart, too, since it does not name the daemon now.
            rename_to(&pid_file, "4194303\n");
            let before = daemon.daemon.log().matches("started again").count();
            daemon.daemon.signal(Signal::SIGHUP);
            daemon.daemon.wait_log("started again", before + 1);
        } else {
            daemon.daemon.signal(Signal::SIGKILL);
            assert_eq!(daemon.daemon.wait(), None);
            daemon = Moved::start(&place, &pid_file);
        }
        assert_eq!(text(&pid_file), format!("{}\n", daemon.daemon.pid()));
    }
    stop.store(true, Ordering::Relaxed);
    let (reads, bad) = reader.join().expect("the reader");
    assert!(bad.is_empty(), "{} of {reads} reads: {:?}", bad.len(), bad.first());
    assert_eq!(daemon.daemon.stop(), Some(0));
    figure("fault_013", &format!("0 torn or missing of {reads} reads over {count} starts and restarts"));
}

fn is_whole(text: &[u8]) -> bool {
    let digits = text.strip_suffix(b"\n").unwrap_or_default();
    !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
}

fn rename_to(path: &Path, text: &str) {
    let next = path.with_extension("next");
    fs::write(&next, text).expect("written");
    fs::rename(next, path).expect("renamed");
}

/// Fault 14: a second start that fails, an instance that ends after another one has taken its place, one that was
/// killed: none of them removes the file of the one that lives.
#[test]
fn fault_014_only_the_one_it_names_removes_the_file() {
    let (place, count) = (Place::new(), rounds(1000));
    let pid_file = place.file("x.pid");
    let mut late = start(&place, &pid_file);
    for round in 0..count {
        let want = format!("{}\n", late.pid());
        Child::start(DAEMON, arguments(&place, &pid_file, &[])).wait().expect_code(75);
        assert_eq!(text(&pid_file), want, "round {round}: after a second start");
        Child::start(DAEMON, arguments(&place, &pid_file, &["--interval", "1us"])).wait().expect_code(64);
        assert_eq!(text(&pid_file), want, "round {round}: after a start with wrong arguments");
        // Another lock, the same file: the mistake of an administrator. The newcomer's word stands.
        let other = place.file(&format!("other-{}.lock", round % 2));
        let mut command = Command::new(DAEMON);
        command.arg("-p").arg(&pid_file).arg("--lock").arg(other);
        let mut live = Child::spawn(command);
        live.wait_started();
        let want = format!("{}\n", live.pid());
        if round % 2 == 0 {
            late.stop().expect_code(0);
        } else {
            late.signal(Signal::SIGKILL);
            let _ = late.wait();
        }
        assert_eq!(text(&pid_file), want, "round {round}: after a late end");
        live.stop().expect_code(0);
        assert!(!pid_file.exists(), "round {round}");
        late = start(&place, &pid_file);
    }
    late.stop().expect_code(0);
    figure("fault_014", &format!("{} ends of others, the live file removed 0 times", count * 3));
}
