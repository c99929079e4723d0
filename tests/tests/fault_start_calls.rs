//! A call of the operating system that fails while the daemon detaches: fault 5.

use std::fs::{self, File};
use std::os::fd::AsRawFd;
use std::path::Path;
use std::process::Stdio;

use daemon_tests::loose::{Loose, wait_until};
use daemon_tests::{Place, each, figure, holder, proc, rounds, traced, traced_family};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

const DAEMON: &str = env!("CARGO_BIN_EXE_lifecycle");

/// How a start with a fault ended.
struct Start {
    place: Place,
    code: i32,
    said: String,
    /// Whether the fault happened at all.
    injected: bool,
}

impl Start {
    /// A start in the background with this fault in every process of it.
    fn detached(fault: &str, path: Option<&str>) -> Self {
        Self::of(fault, &["-d"], |arguments, log| traced_family(DAEMON, arguments, (fault, path), log))
    }

    /// A start in the foreground, which is one process only.
    fn plain(fault: &str) -> Self {
        Self::of(fault, &[], |arguments, log| traced(DAEMON, arguments, &[fault.to_owned()], log))
    }

    fn of(fault: &str, more: &[&str], command: impl Fn(&[String], &Path) -> std::process::Command) -> Self {
        let place = Place::new();
        let named = |name: &str| place.file(name).display().to_string();
        let own = ["-p", &named("x.pid"), "--lock", &named("test.lock"), "--log", &named("test.log")];
        let arguments: Vec<String> = more.iter().chain(&own).map(|text| (*text).to_owned()).collect();
        let mut command = command(&arguments, &place.file("calls"));
        let said = File::create(place.file("said")).expect("a file");
        command.stdout(Stdio::null()).stderr(said);
        let code = Loose::spawn(command).wait();
        let said = fs::read_to_string(place.file("said")).expect("readable");
        let calls = fs::read_to_string(place.file("calls")).expect("what was called");
        assert!(code >= 0, "{fault}: killed by signal {}: {said}", -code);
        Self { place, code, said, injected: calls.contains("(INJECTED)") }
    }

    /// A start that succeeded all the same is stopped.
    fn stop(&self, fault: &str) {
        let text = fs::read_to_string(self.place.file("x.pid")).unwrap_or_default();
        let pid = text.trim().parse().unwrap_or_else(|_| panic!("{fault}: started, with {text:?} as its PID file"));
        // The text in the lock is for people, and may be missing where it could not be written.
        assert!(holder(&self.place.lock()).is_none_or(|holder| holder == pid), "{fault}: another has the lock");
        kill(Pid::from_raw(pid), Signal::SIGTERM).expect("the process is there");
    }

    /// Nothing is left: no process, no PID file or half of one, and the lock is free.
    fn expect_nothing_left(&self, fault: &str) {
        wait_until(&format!("{fault}: no process is left"), || proc::named(self.place.path()).is_empty());
        let names = fs::read_dir(self.place.path()).expect("a directory").flatten().map(|entry| entry.file_name());
        let left: Vec<_> = names.filter(|name| name.to_string_lossy().starts_with("x.pid")).collect();
        // At the stop a file that can not be read or removed stays, whole; the next start replaces it.
        let stays = self.code == 0 && (fault.starts_with("openat") || fault.starts_with("unlink"));
        assert!(left.is_empty() || stays && left == ["x.pid"], "{fault}: {left:?} is left");
        if let Ok(lock) = File::open(self.place.lock()) {
            // SAFETY: no memory is passed, and the descriptor is open.
            let taken = unsafe { libc::flock(lock.as_raw_fd(), libc::LOCK_EX | libc::LOCK_NB) };
            assert_eq!(taken, 0, "{fault}: the lock is left");
        }
    }
}

/// Each call that a start in the background can not do without, and the words by which it is told; in the foreground
/// where it is the launcher's as well.
#[test]
fn fault_005_a_call_that_fails_is_named_and_leaves_nothing() {
    let detached: &[(&str, Option<&str>, &str)] = &[
        ("socketpair:error=EMFILE:when=1", None, "can not make a socket pair: Too many open files"),
        ("clone3:error=EAGAIN:when=1", None, "can not start the program again: Resource temporarily unavailable"),
        ("clone3:error=ENOMEM:when=1", None, "can not start the program again: Cannot allocate memory"),
        ("execve:error=ENOMEM", Some("/proc/self/exe"), "can not start the program again: Cannot allocate memory"),
        ("dup2:error=EMFILE:when=1", None, "can not start the program again: Too many open files"),
        ("fcntl:error=EMFILE:when=1", None, "can not detach: fcntl: "),
        ("openat:error=EMFILE", Some("/dev/null"), "can not detach: open /dev/null: "),
        ("dup2:error=EMFILE:when=2", None, "can not detach: dup2: "),
        ("dup2:error=EMFILE:when=3", None, "can not detach: dup2: "),
        ("dup2:error=EMFILE:when=4", None, "can not detach: dup2: "),
        ("setsid:error=EPERM:when=1", None, "can not detach: setsid: "),
        ("clone:error=EAGAIN:when=1", None, "can not detach: fork: "),
        ("clone:error=ENOMEM:when=1", None, "can not detach: fork: "),
        ("getcwd:error=ENOMEM:when=1", None, "can not tell the working directory: "),
        ("readlink:error=ENOMEM:when=1", None, "can not tell where the program is: "),
        ("epoll_create1:error=EMFILE:when=1", None, "can not set up the loop: "),
        ("timerfd_create:error=EMFILE:when=1", None, "can not set up the loop: "),
        ("epoll_ctl:error=ENOMEM:when=1", None, "can not set up the loop: "),
        ("epoll_ctl:error=ENOMEM:when=2", None, "can not watch for signals: "),
        ("chdir:error=EPERM:when=1", None, "can not leave the directory: "),
    ];
    let expect = |start: &Start, fault: &str, words: &str| {
        assert!(start.injected, "{fault}: not met");
        assert_eq!(start.code, 71, "{fault}: {}", start.said);
        assert!(start.said.contains(words), "{fault}: {}", start.said);
        start.expect_nothing_left(fault);
    };
    let count = each(detached, |(fault, path, words)| expect(&Start::detached(fault, *path), fault, words));
    let fault = "socketpair:error=EMFILE:when=1";
    expect(&Start::plain(fault), fault, "can not listen for signals: ");
    figure("fault_005", &format!("{} of {} calls named, with 71, nothing left", count + 1, count + 1));
}

/// Any other call, whichever process of the start makes it, and for the n-th time: the start succeeds all the same, or
/// fails with a code of ours and a reason; and never hangs, is killed, or leaves something behind.
#[test]
fn fault_005_any_call_that_fails_ends_in_a_start_or_in_a_reason() {
    let calls = [
        "socketpair",
        "clone",
        "clone3",
        "dup2",
        "fcntl",
        "openat",
        "setsid",
        "chdir",
        "statx",
        "flock",
        "rename",
        "write",
        "fchmod",
        "pwrite64",
        "socket",
        "bind",
        "listen",
        "getcwd",
        "readlink",
        "sendto",
        "wait4",
        "shutdown",
        "epoll_create1",
        "timerfd_create",
        "epoll_ctl",
        "prctl",
        "unlink",
        "fstatfs",
        "getrandom",
        "close_range",
    ];
    let errors = ["ENOMEM", "EIO", "EMFILE", "EPERM", "ENOSPC", "EAGAIN"];
    let cases = calls.iter().flat_map(|call| errors[..rounds(errors.len())].iter().map(move |error| (call, error)));
    let points = std::sync::atomic::AtomicUsize::new(0);
    let started = std::sync::atomic::AtomicUsize::new(0);
    let count = each(cases, |(call, error)| {
        for n in 1.. {
            let fault = format!("{call}:error={error}:when={n}");
            let start = Start::detached(&fault, None);
            // The fault may be met by the very call that tells the reason.
            let reason = !start.said.is_empty() || **call == "write";
            let known = [69, 70, 71, 73, 75, 77].contains(&start.code) && reason;
            // The loader has failed, before anything of ours ran.
            let loader = start.code == 127 && start.said.contains("shared libraries");
            match start.code {
                0 => start.stop(&fault),
                code => assert!(known || loader, "{fault}: {code}: {}", start.said),
            }
            start.expect_nothing_left(&fault);
            if !start.injected {
                break;
            }
            points.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            started.fetch_add(usize::from(start.code == 0), std::sync::atomic::Ordering::Relaxed);
        }
    });
    let (points, started) = (points.into_inner(), started.into_inner());
    figure(
        "fault_005",
        &format!(
            "{points} points in {count} pairs of call and error: {started} starts, {} reasons, nothing left",
            points - started
        ),
    );
}
