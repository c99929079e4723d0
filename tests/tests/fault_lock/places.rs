//! Rows 22 and 23: places where a lock can not be trusted.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use daemon_tests::{Child, Ended, Place, figure, proc, rounds, traced};
use nix::sys::signal::Signal;
use nix::unistd::geteuid;

use crate::{HOLDER, actor, said, second, start_holder};

/// One start under strace, with a fault in a system call; also what strace wrote.
fn start_with(place: &Place, injection: &str) -> (Ended, String) {
    let lock = place.lock();
    let log = place.file("trace");
    let arguments = [Path::new("--once"), Path::new("--verbose"), Path::new("--lock"), &lock];
    let command = traced(HOLDER, arguments, &[injection.to_owned()], &log);
    let ended = Child::spawn(command).wait();
    (ended, fs::read_to_string(log).expect("strace's log"))
}

fn expect_refused(ended: &Ended, place: &Place, words: &str) {
    ended.expect_code(69);
    let text = said(ended);
    assert!(text.contains(words), "{text}");
    assert!(text.contains(&place.lock().display().to_string()), "{text}");
    assert_eq!(ended.count("tick"), 0, "{text}");
}

/// Fault: the file system does not lock.
/// Required: the start is refused with 69 and names the file; nothing runs without the lock.
#[test]
fn fault_022_no_locking_is_refused() {
    for error in ["ENOLCK", "ENOSYS", "EOPNOTSUPP"] {
        let place = Place::new();
        let (ended, trace) = start_with(&place, &format!("flock:error={error}"));
        assert!(trace.contains("(INJECTED)"), "nothing was injected");
        expect_refused(&ended, &place, "no locking on the file system of");
    }
    figure("fault_022", "refused with 69 for 3 of 3 errors of flock");
}

/// Fault: the file system only seems to lock, or locks over a network.
/// Required: the start is refused with 69 and names the kind of file system and the file, although `flock` would work.
#[test]
fn fault_022_a_network_file_system_is_refused() {
    // As strace writes them into the kernel's answer: the lowest byte first.
    for (kind, bytes) in [("NFS", "6969000000000000"), ("FUSE", "4655736500000000")] {
        let place = Place::new();
        let poke = format!("fstatfs:poke_exit=@arg2={bytes}");
        let (ended, _) = start_with(&place, &poke);
        expect_refused(&ended, &place, &format!("is on {kind}, "));
    }
}

/// Fault: signals interrupt the call that locks.
/// Required: it is called again, and the daemon runs.
#[test]
fn fault_022_an_interrupted_flock_is_called_again() {
    let place = Place::new();
    let (ended, trace) = start_with(&place, "flock:error=EINTR:when=1..3");
    assert_eq!(trace.matches("EINTR").count(), 3, "{trace}");
    ended.expect_code(0);
    assert_eq!(ended.count("tick 1 ends"), 1, "{ended:#?}");
}

/// A process of `nobody` that squats something of this lock.
fn squatter(mode: &str, lock: &Path, more: &[&str], directory: &Path) -> Child {
    assert!(geteuid().is_root(), "this test plays another user: run it as root");
    let mut command = actor(mode, lock, more);
    command.current_dir(directory);
    let mut child = Child::spawn(command);
    child.wait_for("squatting");
    child
}

/// Fault: another user holds the predictable lock file in a directory that everybody may write.
/// Required: the directory is refused with 77 and named, before the file is even opened.
#[test]
fn fault_023_a_directory_others_can_write_is_refused() {
    for mode in [0o777, 0o1777] {
        let place = Place::new();
        fs::set_permissions(place.path(), Permissions::from_mode(mode)).expect("a mode");
        let _squatter = squatter("squat-file", Path::new("test.lock"), &[], place.path());
        let ended = second(&place, &["--once"]);
        ended.expect_code(77);
        let directory = place.path().display().to_string();
        assert!(said(&ended).contains(&format!("directory {directory} is writable")), "{ended:#?}");
        let text = fs::read(place.lock()).expect("the squatter's file");
        assert!(text.is_empty(), "somebody wrote to the squatter's file");
    }
    figure("fault_023", "open directories refused with 77: 2 of 2");
}

/// The name in the kernel that this holder took beside its file, as everybody can read it.
fn kernel_name(holder: &Child) -> String {
    let sockets: Vec<String> = proc::descriptors(holder.pid())
        .iter()
        .filter_map(|path| Some(path.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned()))
        .collect();
    let table = fs::read_to_string("/proc/net/unix").expect("the kernel's table");
    let named = table.lines().find_map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [.., inode, name] = words[..] else { return None };
        sockets.iter().any(|socket| socket == inode).then(|| name.strip_prefix('@'))?
    });
    named.expect("a name in the kernel").to_owned()
}

/// Fault: another user squats the kernel name that goes with the lock, which any user can do.
/// Required: no denial of service: the daemon starts with a warning that names process and user, and the file alone
/// still keeps a second instance out.
#[test]
fn fault_023_a_squatted_kernel_name_is_told_and_does_not_keep_us_out() {
    let full = rounds(20);
    for _ in 0..full {
        let place = Place::new();
        let (holder, _) = start_holder(&place, &[]);
        let name = kernel_name(&holder);
        holder.stop().expect_code(0);
        let squatter = squatter("squat-name", &place.lock(), &[&name], place.path());
        let (holder, _) = start_holder(&place, &[]);
        second(&place, &["--once"]).expect_code(75);
        let ended = holder.stop();
        ended.expect_code(0);
        let warning = format!("warn: pid {} of user nobody squats", squatter.pid());
        assert_eq!(ended.count(&warning), 1, "{ended:#?}");
    }
    figure("fault_023", &format!("started beside a squatter {full}/{full}; of 20"));
}

/// Fault: another user squats the kernel name and can not be asked: the socket does not listen, or its queue is full. Also
/// the daemon was killed, so the text of the file names a process that is none of ours.
/// Required: the same: the daemon starts, warns, and the file keeps a second instance out.
#[test]
fn fault_023_a_squatter_that_does_not_answer_does_not_keep_us_out() {
    let full = rounds(20);
    for mode in ["squat-mute", "squat-full"] {
        for _ in 0..full {
            let place = Place::new();
            let (holder, _) = start_holder(&place, &[]);
            let name = kernel_name(&holder);
            holder.signal(Signal::SIGKILL);
            assert_eq!(holder.wait().signal, Some(libc::SIGKILL));
            let _squatter = squatter(mode, &place.lock(), &[&name], place.path());
            let (holder, _) = start_holder(&place, &[]);
            second(&place, &["--once"]).expect_code(75);
            let ended = holder.stop();
            ended.expect_code(0);
            assert_eq!(ended.count("warn: a process of user nobody squats"), 1, "{mode}: {ended:#?}");
        }
    }
    figure("fault_023", &format!("started beside squatters that do not answer {0}/{0}; of 40", full * 2));
}

/// Fault: root holds the name with a full queue, and its lock file was removed; a user fills the queue all the time.
/// Required: whose name it is can be told all the same, and keeps a second instance out.
#[test]
fn fault_023_a_full_queue_of_ours_keeps_a_second_out() {
    let place = Place::new();
    let go = place.file("go");
    let (mut holder, _) = start_holder(&place, &["--go", &go.display().to_string()]);
    holder.wait_for("tick 1 begins");
    let mut flood = actor("flood-name", &place.lock(), &[&kernel_name(&holder)]);
    flood.current_dir(place.path());
    let mut flood = Child::spawn(flood);
    flood.wait_for("full");
    fs::remove_file(place.lock()).expect("removed");
    let ended = second(&place, &["--once"]);
    ended.expect_code(75);
    assert!(said(&ended).contains("already running"), "{ended:#?}");
    fs::write(&go, "").expect("the file");
    holder.wait().expect_code(75);
}

/// Fault: whoever starts the daemon has a umask that takes everything away, or nothing.
/// Required: the directory for its state, `/run/NAME` for root, can be looked into by all and written by its owner, so that
/// the lock can be found; here a `/run` of its own, which the other processes do not see.
#[test]
fn the_directory_for_state_has_its_mode_whatever_the_umask() {
    for (umask, words) in [(0o777, "none"), (0o077, "private"), (0o027, "usual"), (0, "open")] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_time_free"));
        command.args(["--lock", "file", "--interval", "10ms"]).env("COUNT", u64::MAX.to_string());
        // SAFETY: only calls that are allowed between fork and exec, with texts that are constants.
        unsafe {
            command.pre_exec(move || {
                let here = (c"tmpfs".as_ptr(), c"/".as_ptr(), c"/run".as_ptr());
                let none = std::ptr::null();
                let own = libc::unshare(libc::CLONE_NEWNS) == 0
                    && libc::mount(none, here.1, none, libc::MS_REC | libc::MS_PRIVATE, none.cast()) == 0
                    && libc::mount(here.0, here.2, here.0, 0, c"mode=0755".as_ptr().cast()) == 0;
                libc::umask(umask);
                if own { Ok(()) } else { Err(std::io::Error::last_os_error()) }
            });
        }
        let mut child = Child::spawn(command);
        let line = child.wait_for(" started, ");
        let lock = line.rsplit("file ").next().expect("the path of the lock").trim();
        assert!(lock.starts_with("/run/"), "{line}");
        let seen = Path::new("/proc").join(child.pid().to_string()).join("root").join(&lock[1..]);
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o7777;
        assert_eq!(mode(seen.parent().expect("a directory")), 0o755, "umask {words}");
        assert!(!Path::new(lock).exists(), "it was the /run of all");
        child.stop().expect_code(0);
    }
}
