//! Row 54: what a child of a hook inherits.

use std::process::Command;

use daemon_tests::{Child, figure, hostile};

/// Signals that a parent of the daemon may have ignored.
const IGNORED: [i32; 16] = [
    libc::SIGHUP,
    libc::SIGINT,
    libc::SIGQUIT,
    libc::SIGPIPE,
    libc::SIGCHLD,
    libc::SIGUSR1,
    libc::SIGUSR2,
    libc::SIGALRM,
    libc::SIGTERM,
    libc::SIGTSTP,
    libc::SIGTTIN,
    libc::SIGTTOU,
    libc::SIGWINCH,
    34,
    39,
    // The one of the framework.
    64,
];

/// The C library keeps these two for itself and lets nobody touch them: they are as the tests' own parent left them.
const LIBRARY: u64 = 1 << (32 - 1) | 1 << (33 - 1);

/// What `/proc` showed of the daemon's child.
fn child_of(prepare: impl FnOnce(&mut Command)) -> Vec<String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_signal_child"));
    command.arg("--once");
    prepare(&mut command);
    let ended = Child::spawn(command).wait();
    ended.expect_code(0);
    let words = ended.lines.iter().filter_map(|line| line.split_once(" child Sig"));
    words.map(|(_, rest)| rest.to_owned()).collect()
}

fn expect_default(lines: &[String]) {
    for field in ["Blk:", "Ign:", "Cgt:"] {
        let value = lines.iter().find_map(|line| line.strip_prefix(field));
        let value = value.unwrap_or_else(|| panic!("no {field} in {lines:?}"));
        let bits = u64::from_str_radix(value.trim(), 16).expect("a mask");
        assert_eq!(bits & !LIBRARY, 0, "{field} {bits:016x}");
    }
}

/// Fault: a hook starts a program with the standard library while the framework holds signals back; and the daemon's
/// own parent had blocked everything, or ignored signals (SIGPIPE and SIGCHLD as careless launchers do).
/// Required: the program starts with no signal blocked and none ignored: TERM ends it, and so does a closed pipe.
#[test]
fn fault_054_a_child_begins_with_an_empty_mask_and_default_dispositions() {
    expect_default(&child_of(|_| {}));
    expect_default(&child_of(|command| {
        hostile(command, Vec::new());
    }));
    expect_default(&child_of(|command| {
        hostile(command, vec![libc::SIGPIPE, libc::SIGCHLD]);
    }));
    // While a time limit is set, with its own signal.
    expect_default(&child_of(|command| {
        command.args(["--deadline", "50s", "--stop-timeout", "50s"]);
    }));
    figure("fault_054", "SigBlk, SigIgn and SigCgt of the child are 0 in 4 of 4 launches");
}

/// How exactly the kernel wakes it, too, is as the daemon's own parent left it.
#[test]
fn fault_054_a_child_begins_with_the_timer_slack_of_the_parent() {
    let ended = Child::start(env!("CARGO_BIN_EXE_signal_child"), ["--once"]).wait();
    let ours = std::fs::read_to_string("/proc/self/timerslack_ns").expect("a slack");
    assert_ne!(ours.trim(), "1", "the tests have a slack of their own");
    assert_eq!(ended.expect_code(0).count(&format!("child slack {}", ours.trim())), 1, "{ended:#?}");
}

/// The same with everything ignored that can be, as `nohup` and a shell's `&` do with some.
#[test]
fn fault_054_no_ignored_signal_reaches_a_child() {
    expect_default(&child_of(|command| {
        hostile(command, IGNORED.to_vec());
    }));
}
