//! Row 108: what the memory held must not lie on a disk after a crash, unless somebody asked for it.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;

use daemon_tests::{Child, Ended, figure, proc};

use super::{Open, PLAIN};

/// Aborts in its third tick, in a directory that it may write to, started with a limit that allows core files.
fn abort(open: &Open, arguments: &[&str]) -> Ended {
    let directory = open.file("cores");
    fs::create_dir_all(&directory).expect("a directory");
    std::os::unix::fs::chown(&directory, Some(super::nobody().0), None).expect("the user's own");
    let mut command = open.command();
    command.current_dir(&directory).env("ABORT", "3").args(["--lock", "none"]).args(arguments);
    allow_cores(&mut command);
    let ended = Child::spawn(command).wait();
    assert_eq!(ended.signal, Some(libc::SIGABRT), "{ended:#?}");
    ended
}

fn allow_cores(command: &mut std::process::Command) {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    // SAFETY: system calls alone.
    unsafe {
        command.pre_exec(|| {
            let (_, hard) = getrlimit(Resource::RLIMIT_CORE)?;
            Ok(setrlimit(Resource::RLIMIT_CORE, hard, hard)?)
        });
    }
}

/// The soft limit that `/proc` shows.
fn limit(pid: u32) -> String {
    let limits = fs::read_to_string(format!("/proc/{pid}/limits")).expect("limits");
    let line = limits.lines().find(|line| line.starts_with("Max core file size")).expect("a limit");
    line.split_whitespace().nth(4).expect("a soft limit").to_owned()
}

fn cores(directory: &Path) -> usize {
    fs::read_dir(directory).map_or(0, |entries| {
        entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with("core")).count()
    })
}

/// Fault: a crash. Required: no core file, although the limit that the daemon was started with allows one; with
/// `core_dumps` there is one.
#[test]
fn fault_108_a_crash_leaves_no_core_file_unless_asked() {
    let open = Open::new();
    let directory = open.file("cores");
    abort(&open, &[]);
    assert_eq!(cores(&directory), 0, "a core file by default");
    let pattern = fs::read_to_string("/proc/sys/kernel/core_pattern").expect("a pattern");
    if pattern.starts_with(['|', '/', '@']) {
        figure(
            "fault_108",
            "by default no core file; this machine sends them elsewhere, so only the limit was looked at",
        );
    } else {
        abort(&open, &["--core-dumps", "yes"]);
        assert_eq!(cores(&directory), 1, "no core file when asked for one");
        figure("fault_108", "core files found: 0 by default, 1 when asked for");
    }
    let plain = Open::with(PLAIN);
    for (arguments, want) in
        [([].as_slice(), "0"), (&["--core-dumps", "no"], "0"), (&["--core-dumps", "yes"], "unlimited")]
    {
        let mut command = plain.command();
        command.args(arguments);
        allow_cores(&mut command);
        let daemon = plain.detach(command);
        let hard = fs::read_to_string("/proc/self/limits").expect("limits");
        if hard.lines().any(|line| line.starts_with("Max core") && line.contains("unlimited")) {
            assert_eq!(limit(daemon.pid()), want, "{arguments:?}");
        }
        assert_eq!(daemon.stop(), Some(0));
    }
}

/// The limit that the daemon was started with is what each later image finds.
#[test]
fn fault_108_the_limit_outlives_a_restart() {
    let open = Open::new();
    let list = open.write("list", "", 0o666);
    let mut command = open.command();
    command.env("LIST", &list);
    // SAFETY: a system call alone.
    unsafe {
        command.pre_exec(|| {
            use nix::sys::resource::{Resource, getrlimit, setrlimit};
            let (_, hard) = getrlimit(Resource::RLIMIT_CORE)?;
            Ok(setrlimit(Resource::RLIMIT_CORE, 4096, hard)?)
        });
    }
    let daemon = open.detach(command);
    assert_eq!(limit(daemon.pid()), "0");
    for round in 1..=3 {
        daemon.signal(nix::sys::signal::Signal::SIGHUP);
        daemon.wait_log("started again", round);
        assert_eq!(limit(daemon.pid()), "0");
    }
    assert_eq!(proc::status(daemon.pid(), "Name"), "program");
    assert_eq!(daemon.stop(), Some(0));
    let text = fs::read_to_string(&list).expect("a list");
    let own = text.lines().filter(|line| line.starts_with("main ") && line.contains("memfd"));
    let found: Vec<bool> = own.map(|line| line.contains(" 4096 ")).collect();
    assert_eq!(found, [true; 3], "{text}");
}
