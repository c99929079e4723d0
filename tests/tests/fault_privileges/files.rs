//! Row 119, and lock, log and PID file across the change of user: who owns what, with which mode, and what root does not
//! touch.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::os::unix::process::CommandExt;
use std::process::Command;

use daemon_tests::wall::Clock;
use daemon_tests::{Child, alone, each, figure, loose, proc};

use super::{Open, PLAIN, nobody, of};

/// Fault: an umask that takes nothing, or everything. Required: the modes of the framework's files are the same.
#[test]
fn fault_119_modes_do_not_depend_on_the_umask() {
    let count = each([0, 0o022, 0o077, 0o777], |mask| {
        let (open, mask) = (Open::new(), *mask);
        let pid_file = open.file("x.pid");
        for arguments in [["--umask", "000"].as_slice(), &["--umask", "777"], &[]] {
            let mut command = open.command();
            command.arg("-p").arg(&pid_file).args(arguments);
            masked(&mut command, mask);
            let daemon = open.detach(command);
            assert_eq!(of(&open.place.lock()).2, 0o600, "the lock");
            assert_eq!(of(&pid_file).2, 0o644, "the PID file");
            assert_eq!(of(&open.file("test.log")), (nobody().0, nobody().1, 0o640), "the log");
            let want = arguments.get(1).map_or("0027".to_owned(), |mask| format!("0{mask}"));
            assert_eq!(proc::status(daemon.pid(), "Umask"), want, "of the author's files");
            assert_eq!(daemon.stop(), Some(0));
            fs::remove_file(open.place.lock()).expect("removed");
            fs::remove_file(open.file("test.log")).expect("removed");
        }
    });
    figure("fault_119", &format!("{count} umasks, each with 3 declarations: lock 0600, PID file 0644, log 0640"));
}

fn masked(command: &mut Command, mask: u32) {
    // SAFETY: a system call alone.
    unsafe {
        command.pre_exec(move || {
            libc::umask(mask);
            Ok(())
        });
    }
}

/// In the foreground the umask stays as it was, unless one is declared.
#[test]
fn in_the_foreground_the_umask_is_inherited() {
    let open = Open::with(PLAIN);
    for (arguments, want) in [([].as_slice(), "0135"), (&["--umask", "7"], "0007")] {
        let mut command = open.command();
        command.args(["--lock", "none"]).args(arguments);
        masked(&mut command, 0o135);
        let mut child = Child::spawn(command);
        child.wait_started();
        assert_eq!(proc::status(child.pid(), "Umask"), want);
        child.stop().expect_code(0);
    }
}

/// State directories: 0755 for root, 0700 for others, and all that is missing above them. In a mount namespace of its own, so
/// that `/run` and the user database are the test's.
#[test]
fn fault_119_state_directories_have_their_mode_whatever_the_umask() {
    let open = Open::with(PLAIN);
    let home = open.file("home");
    fs::create_dir(&home).expect("a home");
    chown(&home, Some(4712), Some(4712)).expect("of the user");
    let database = format!("root:x:0:0::/root:/bin/sh\nsomebody:x:4712:4712::{}:/bin/sh\n", home.display());
    let database = open.write("passwd", &database, 0o644);
    let state = open.file("run");
    fs::create_dir(&state).expect("a directory");
    for (mask, user) in [(0, 0), (0o777, 0), (0, 4712), (0o777, 4712)] {
        let script = "mount --bind \"$1\" /etc/passwd && mount --bind \"$2\" /run && shift 2 && exec setpriv \"$@\"";
        let mut command = Command::new("unshare");
        command.args(["--mount", "sh", "-c", script, "sh"]).arg(&database).arg(&state);
        command.args([format!("--reuid={user}"), format!("--regid={user}"), "--clear-groups".into()]);
        command.arg(&open.program).args(["--lock", "file", "--once"]);
        masked(alone(&mut command), mask);
        Child::spawn(command).wait().expect_code(0);
        let (directories, mode) = match user {
            0 => (vec![state.join("lifecycle")], 0o755),
            _ => ([".local", ".local/state", ".local/state/lifecycle"].map(|name| home.join(name)).to_vec(), 0o700),
        };
        for directory in &directories {
            assert_eq!(of(directory), (user, user, mode), "{} under {mask:o}", directory.display());
        }
        let lock = directories[directories.len() - 1].join("lifecycle.lock");
        assert_eq!(of(&lock), (user, user, 0o600));
        fs::remove_dir_all(&directories[0]).expect("removed");
    }
    figure("fault_119", "state directories 0755 of root, 0700 of users, under umask 0 and 0777");
}

/// What root must not open or give away is opened as the user, or not at all; and the victim stays as it was.
#[test]
fn root_opens_no_log_that_others_control() {
    let (uid, gid) = nobody();
    let open = Open::new();
    let own = open.file("own");
    fs::create_dir(&own).expect("a directory");
    chown(&own, Some(uid), Some(gid)).expect("the user's");
    let victim = open.write("victim", "precious\n", 0o600);
    let second = open.write("second", "precious\n", 0o600);
    fs::hard_link(&second, open.file("hard.log")).expect("a second name");
    symlink(&victim, open.file("link.log")).expect("a link");
    symlink(&victim, own.join("link.log")).expect("a link");
    symlink(open.place.path(), own.join("up")).expect("a link");
    // In the user's own directory: made by the user. Root's file, named by a link of the user's, is not given away.
    let log = own.join("x.log");
    let run = |log: &std::path::Path| open.foreground(&["--once", "--log", log.to_str().expect("text")]).wait();
    run(&log).expect_code(0);
    assert_eq!(of(&log), (uid, gid, 0o640));
    for bad in [open.file("hard.log"), open.file("link.log"), own.join("link.log"), own.join("up/victim")] {
        let ended = run(&bad);
        ended.expect_code(0);
        assert!(ended.count("using standard output") == 1 || bad.ends_with("up/victim"), "{ended:#?}");
    }
    for path in [&second, &open.file("link.log")] {
        assert_eq!(of(path).0, 0, "{}", path.display());
    }
    assert_eq!(fs::read_to_string(&second).expect("readable"), "precious\n");
    // A file that is there already keeps its owner, whoever that is, and is written to all the same.
    for (owner, name) in [(0, "before.log"), (4712, "somebody.log"), (uid, "again.log")] {
        let before = open.write(name, "old\n", 0o600);
        chown(&before, Some(owner), Some(owner)).expect("an owner");
        let ended = run(&before);
        ended.expect_code(0);
        assert_eq!(of(&before), (owner, owner, 0o600), "owner and mode of an older file stay");
        let text = fs::read_to_string(&before).expect("readable");
        assert!(text.starts_with("old\n") && text.contains(" started, "), "{text}");
        assert_eq!(text.matches("keeps its owner").count(), usize::from(owner != uid), "{text}");
    }
}

/// The next file can not be made in a directory of root's: one warning, the old one goes on.
#[test]
fn a_log_that_can_not_be_renewed_says_so_once() {
    let open = Open::with(env!("CARGO_BIN_EXE_log_marks"));
    let clock = Clock::new(&open.place, "2026-01-01 00:04:59");
    let mut command = Command::new(&open.program);
    command.env("DIRECTORY", open.place.path()).args(["--user", "nobody"]);
    let child = clock.start(command);
    let log = open.file("log-1");
    let ticks = |stamp: &str| {
        let text = fs::read_to_string(&log).unwrap_or_default();
        text.lines().filter(|line| line.contains(stamp) && line.contains(" tick ")).count()
    };
    loose::wait_until("the first ticks", || ticks("00:04:59.") > 3);
    for time in ["00:05:00", "00:10:00", "00:15:00"] {
        clock.set(&format!("2026-01-01 {time}"));
        loose::wait_until(&format!("ticks at {time}"), || ticks(&format!("{time}.")) > 3);
    }
    child.stop().expect_code(0);
    assert_eq!(of(&log), (nobody().0, nobody().1, 0o640));
    assert!(!open.file("log-2").exists() && !open.file("log-4").exists());
    let text = fs::read_to_string(&log).expect("a log");
    assert_eq!(text.matches("staying with the old one").count(), 1, "{text}");
}

/// Lock and PID file in a directory that the user may not even look into: no warning about it, the lock is still missed
/// when it is removed, and the PID file is left empty.
#[test]
fn a_directory_that_only_root_may_enter_does() {
    let open = Open::new();
    let private = open.file("private");
    fs::create_dir(&private).expect("a directory");
    fs::set_permissions(&private, fs::Permissions::from_mode(0o700)).expect("a mode");
    let (lock, pid_file) = (private.join("x.lock"), private.join("x.pid"));
    let mut command = open.command();
    command.arg("--lock").arg(&lock).arg("-p").arg(&pid_file);
    let mut child = Child::spawn(command);
    child.wait_started();
    fs::remove_file(&lock).expect("removed");
    let ended = child.wait();
    assert!(ended.count("the lock is lost") > 0, "{ended:#?}");
    assert_eq!(ended.count("can not see whether"), 0, "{ended:#?}");
    ended.expect_code(75);
    assert_eq!(fs::read_to_string(&pid_file).expect("root's"), "");
}

/// In a directory of root's the PID file can not be removed by the user: it is left empty. In one of its own it can not
/// even be asked for: root does not write there.
#[test]
fn the_pid_file_of_root_is_left_empty() {
    let open = Open::new();
    let pid_file = open.file("x.pid");
    for _ in 0..3 {
        let daemon = open.background(&["-p", pid_file.to_str().expect("text")]);
        assert_eq!(fs::read_to_string(&pid_file).expect("a PID file"), format!("{}\n", daemon.pid()));
        assert_eq!(of(&pid_file), (0, 0, 0o644));
        assert_eq!(daemon.stop(), Some(0));
        assert_eq!(fs::read_to_string(&pid_file).expect("still there"), "");
    }
    let own = open.file("own");
    fs::create_dir(&own).expect("a directory");
    fs::set_permissions(&own, fs::Permissions::from_mode(0o755)).expect("a mode");
    chown(&own, Some(nobody().0), None).expect("the user's");
    let ended = open.foreground(&["-p", own.join("x.pid").to_str().expect("text")]).wait();
    assert!(ended.errors.contains("belongs to nobody"), "{ended:#?}");
    ended.expect_code(77);
}

/// Fault: lock or PID file named through a link in somebody else's directory, which leads to a safe one today.
/// Required: 77, the link's directory is named, and nothing is made.
#[test]
fn fault_023_a_way_through_a_directory_of_others_is_refused() {
    let open = Open::new();
    let (bob, safe) = (open.file("bob"), open.file("safe"));
    for directory in [&bob, &safe] {
        fs::create_dir(directory).expect("a directory");
        fs::set_permissions(directory, fs::Permissions::from_mode(0o755)).expect("a mode");
    }
    chown(&bob, Some(nobody().0), Some(nobody().1)).expect("the user's");
    symlink(&safe, bob.join("link")).expect("a link");
    for program in [super::DAEMON, PLAIN] {
        let open = Open::with(program);
        for flag in ["--lock", "-p"] {
            let mut command = open.command();
            command.args(["--once", flag]).arg(bob.join("link/x.file"));
            if flag == "-p" {
                command.arg("--lock").arg(open.place.lock());
            }
            let ended = Child::spawn(command).wait();
            ended.expect_code(77);
            let wanted = format!("directory {} belongs to nobody", bob.display());
            assert!(format!("{ended:?}").contains(&wanted), "{flag}: {ended:#?}");
        }
    }
    assert_eq!(fs::read_dir(&safe).expect("a directory").count(), 0);
}

/// Fault: root's log is named in a directory of somebody else's, who has put something there, or a link on the way to it.
/// Required: nothing of that is written to; in front standard output is used, in the background the start fails with 73 and
/// names the directory. A new file, and root's own, are written to.
#[test]
fn root_follows_no_link_of_others_to_its_own_log() {
    let (uid, gid) = nobody();
    let open = Open::with(PLAIN);
    let (own, safe) = (open.file("own"), open.file("safe"));
    for directory in [&own, &safe] {
        fs::create_dir(directory).expect("a directory");
        fs::set_permissions(directory, fs::Permissions::from_mode(0o755)).expect("a mode");
    }
    chown(&own, Some(uid), Some(gid)).expect("the user's");
    let victim = open.write("victim", "precious\n", 0o600);
    symlink(&victim, own.join("link.log")).expect("a link");
    symlink(open.file("not-there"), own.join("dangling.log")).expect("a link");
    fs::hard_link(&victim, own.join("hard.log")).expect("a second name");
    fs::write(own.join("theirs.log"), "").expect("a file");
    chown(own.join("theirs.log"), Some(uid), Some(gid)).expect("the user's");
    symlink(&safe, own.join("safe")).expect("a link");
    symlink(own.join("link.log"), open.file("far.log")).expect("a link");
    let theirs = ["link.log", "dangling.log", "hard.log", "theirs.log", "safe/x.log"].map(|name| own.join(name));
    for bad in theirs.into_iter().chain([open.file("far.log")]) {
        let log = bad.to_str().expect("text");
        let ended = open.foreground(&["--once", "--log", log]).wait();
        ended.expect_code(0);
        assert_eq!(ended.count("using standard output"), 1, "{ended:#?}");
        let mut command = open.command();
        command.args(["-d", "--log", log, "--lock"]).arg(open.place.lock());
        let ended = Child::spawn(command).wait();
        ended.expect_code(73);
        assert!(ended.errors.contains(&format!("directory {} belongs to nobody", own.display())), "{ended:#?}");
    }
    assert_eq!(fs::read_to_string(&victim).expect("readable"), "precious\n");
    assert!(!open.file("not-there").exists() && fs::read_dir(&safe).expect("a directory").count() == 0);
    assert_eq!(fs::metadata(own.join("theirs.log")).expect("there").len(), 0);
    symlink("safe/real.log", open.file("ours.log")).expect("a link");
    for (good, real) in [("own/new.log", "own/new.log"), ("own/new.log", "own/new.log"), ("ours.log", "safe/real.log")]
    {
        let ended = open.foreground(&["--once", "--log", open.file(good).to_str().expect("text")]).wait();
        assert_eq!(ended.expect_code(0).lines.len(), 0, "{ended:#?}");
        assert_eq!(of(&open.file(real)), (0, 0, 0o640));
    }
    assert_eq!(fs::read_to_string(own.join("new.log")).expect("a log").matches(" started, ").count(), 2);
}

/// Standard output as a log file, by links that lead through `/proc`; also in a user namespace with a `/proc` of its own.
#[test]
fn root_opens_standard_output_by_its_name() {
    let open = Open::with(PLAIN);
    let arguments = ["--once", "--lock", "none", "--log", "/dev/stdout"];
    let mut plain = open.command();
    plain.args(arguments);
    let mut contained = Command::new("unshare");
    contained.args(["--user", "--map-root-user", "--pid", "--fork", "--mount-proc"]).arg(&open.program).args(arguments);
    for command in [plain, contained] {
        let ended = Child::spawn(command).wait();
        ended.expect_code(0);
        assert_eq!((ended.count(" started, "), ended.count("standard output")), (1, 0), "{ended:#?}");
    }
}
