//! Row 117: groups that are kept, a wrong order, a call that fails or only says that it worked.

use std::os::unix::process::CommandExt;

use daemon_tests::{Child, alone, each, figure, holder, traced};

use super::{Open, PLAIN, expect_wholly, nobody};

/// Fault: root starts with groups 0 and 4. Required: the daemon has the user's alone, and reads nothing of root's, nor
/// of the groups that root had.
#[test]
fn fault_117_nothing_of_root_is_kept() {
    let open = Open::new();
    let secret = open.write("secret", "of root", 0o640);
    let grouped = open.write("grouped", "of group 4", 0o640);
    std::os::unix::fs::chown(&grouped, None, Some(4)).expect("another group");
    let shared = open.write("shared", "of all", 0o644);
    let mut command = open.command();
    let probe = [&secret, &grouped, &shared].map(|path| path.display().to_string()).join(":");
    command.env("PROBE", probe);
    // SAFETY: a system call alone.
    unsafe { command.pre_exec(|| Ok(nix::unistd::setgroups(&[0.into(), 4.into()])?)) };
    let daemon = open.detach(command);
    daemon.wait_log("shared: readable", 100);
    expect_wholly(daemon.pid(), nobody(), &nobody().1.to_string());
    let readable = daemon.log().matches(": readable").count() - daemon.log().matches("shared: readable").count();
    assert_eq!(readable, 0, "{}", daemon.log());
    assert_eq!(daemon.stop(), Some(0));
    figure("fault_117", "of 2 files of root and its groups, readable in 100 tries each: 0");
}

/// Names, numbers, a group of its own, a group alone.
#[test]
fn users_and_groups_come_in_all_forms() {
    let open = Open::with(PLAIN);
    let (uid, gid) = nobody();
    let table: [(&[&str], (u32, u32), &str); 5] = [
        (&["--user", "nobody"], (uid, gid), &gid.to_string()),
        (&["--user", &uid.to_string()], (uid, gid), &gid.to_string()),
        (&["--user", "nobody", "--group", "4711"], (uid, 4711), "4711"),
        (&["--user", "4712", "--group", "4711"], (4712, 4711), "4711"),
        (&["--user", "nobody", "--group", "root"], (uid, 0), "0"),
    ];
    for (arguments, who, groups) in table {
        let daemon = open.background(arguments);
        expect_wholly(daemon.pid(), who, groups);
        assert_eq!(daemon.stop(), Some(0), "{arguments:?}");
    }
    let daemon = open.background(&["--group", "4711"]);
    assert_eq!(daemon_tests::proc::status(daemon.pid(), "Uid"), super::four(0), "a group alone leaves the user");
    assert_eq!(daemon_tests::proc::status(daemon.pid(), "Gid"), super::four(4711));
    assert_eq!(daemon_tests::proc::status(daemon.pid(), "Groups"), "4711");
    assert_eq!(daemon.stop(), Some(0));
}

/// Fault: each call of the change fails, or is answered with success by somebody else than the kernel. Required: 77,
/// the call named, nothing of the author's run, no lock and no PID file left.
#[test]
fn fault_117_a_call_that_fails_is_the_end() {
    let faults = [
        ("setgroups:error=EPERM", "setgroups"),
        ("setgroups:error=EAGAIN", "setgroups"),
        ("setresgid:error=EPERM", "setresgid"),
        ("setresgid:error=EAGAIN", "setresgid"),
        ("setresuid:error=EPERM", "setresuid"),
        ("setresuid:error=EAGAIN", "setresuid"),
        ("setgroups:retval=0", "getgroups"),
        ("setresgid:retval=0", "getresgid"),
        ("setresuid:retval=0", "getresuid"),
        ("getresuid:error=EPERM", "getresuid"),
        ("getresgid:error=EPERM", "getresgid"),
        ("getgroups:error=EPERM", "getgroups"),
        // The second call of each is the attempt to go back.
        ("setresuid:retval=0:when=2", "could become root again"),
        ("setresgid:retval=0:when=2", "could have root's group again"),
        ("setgroups:retval=0:when=2", "could have root's groups again"),
        ("prctl:error=EPERM:when=PRIVS", "PR_SET_NO_NEW_PRIVS"),
        ("prctl:retval=0:when=PRIVS", "PR_SET_NO_NEW_PRIVS"),
    ];
    let count = each(faults, |(fault, named)| {
        let open = Open::new();
        let pid_file = open.file("x.pid");
        let fault = fault.replace("PRIVS", &number_of_privs_call(&open));
        let trace = open.file("trace");
        let lock = open.place.lock();
        let arguments = ["--lock".as_ref(), lock.as_os_str(), "-p".as_ref(), pid_file.as_os_str()];
        let mut command = traced(open.program.to_str().expect("text"), arguments, std::slice::from_ref(&fault), &trace);
        alone(&mut command);
        let ended = Child::spawn(command).wait();
        assert_eq!(ended.code, Some(77), "{fault}: {ended:#?}");
        let said = format!("{}{}", ended.lines.join("\n"), ended.errors);
        assert!(said.contains(named), "{fault}: {said}");
        assert!(!said.contains("set up") && !said.contains("started,"), "{fault}: it went on: {said}");
        assert_eq!(holder(&lock), None, "{fault}: the lock is held");
        let left = std::fs::read_to_string(&pid_file).unwrap_or_default();
        assert_eq!(left, "", "{fault}: the PID file names a process that is gone");
    });
    figure("fault_117", &format!("{count} of {count} failing or lying calls: 77, nothing went on"));
}

/// Which of the calls to `prctl` is the one that gives up gaining rights.
fn number_of_privs_call(open: &Open) -> String {
    let trace = open.file("count");
    let lock = open.file("count.lock");
    let arguments = ["--lock".as_ref(), lock.as_os_str(), "--once".as_ref()];
    let mut command = traced(open.program.to_str().expect("text"), arguments, &[], &trace);
    alone(&mut command);
    let ended = Child::spawn(command).wait();
    ended.expect_code(0);
    let text = std::fs::read_to_string(&trace).expect("strace's log");
    let mut calls = text.lines().filter(|line| line.starts_with("prctl("));
    let at = calls.position(|line| line.contains("PR_SET_NO_NEW_PRIVS")).expect("the call");
    (at + 1).to_string()
}

/// Who can not be found, and who can not be become: each with its own code, before anything is opened.
#[test]
fn who_can_not_be_become_is_refused() {
    let open = Open::with(PLAIN);
    let refused = |arguments: &[&str], code: i32, text: &str| {
        let ended = open.foreground(arguments).wait();
        assert!(ended.errors.contains(text), "{arguments:?}: {ended:#?}");
        ended.expect_code(code);
        assert!(!open.place.lock().exists(), "{arguments:?}: the lock was opened");
    };
    refused(&["--user", "no-such-user"], 64, "this machine has no user of that name");
    refused(&["--group", "no-such-group"], 64, "this machine has no group of that name");
    refused(&["--user", "4294967295"], 64, "name or the number of a user");
    refused(&["--user", "4712"], 64, "write a group too");
    refused(&["--umask", "9"], 64, "octal");
    let (uid, gid) = nobody();
    let declared = Open::new();
    let start = |uid: u32, gid: u32, arguments: &[&str]| {
        let mut command = declared.command();
        command.args(["--once", "--lock", "none"]).args(arguments).uid(uid).gid(gid);
        Child::spawn(command).wait()
    };
    let ended = start(4712, 4712, &[]);
    assert!(ended.errors.contains("user = nobody (declared)") && ended.errors.contains("as root"), "{ended:#?}");
    ended.expect_code(77);
    // The group alone is wrong.
    start(uid, 4712, &["--group", "4711"]).expect_code(77);
    // That user already.
    start(uid, gid, &[]).expect_code(0);
    start(uid, gid, &["--group", &gid.to_string()]).expect_code(0);
    start(4712, 4712, &["--user", "4712"]).expect_code(0);
}
