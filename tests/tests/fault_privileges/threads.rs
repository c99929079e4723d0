//! Row 118: rights belong to threads, and a thread may be there before the first statement of `main`.

use std::collections::BTreeSet;
use std::fs;

use daemon_tests::{Child, figure};

use super::{Open, four, nobody};

/// All values that the threads of a process have in this field of their status.
fn of_threads(pid: u32, field: &str) -> BTreeSet<String> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).expect("threads").flatten();
    let status = tasks.filter_map(|task| fs::read_to_string(task.path().join("status")).ok());
    let value = |text: String| {
        let line =
            text.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':')).expect("a field").to_owned();
        line.trim().to_owned()
    };
    status.map(value).collect()
}

/// A thread of the C library's becomes the user too.
#[test]
fn fault_118_threads_from_before_main_change_as_well() {
    let open = Open::new();
    let mut command = open.command();
    // In the foreground: detaching leaves all threads but one behind.
    command.env("THREAD", "library").arg("--lock").arg(open.place.lock());
    let mut daemon = Child::spawn(command);
    daemon.wait_for("other threads were started before the daemon: 1");
    daemon.wait_started();
    assert_eq!(daemon_tests::proc::threads(daemon.pid()), 2, "the thread is missing: nothing was shown");
    assert_eq!(of_threads(daemon.pid(), "Uid"), BTreeSet::from([four(nobody().0)]));
    assert_eq!(of_threads(daemon.pid(), "Gid"), BTreeSet::from([four(nobody().1)]));
    assert_eq!(of_threads(daemon.pid(), "Groups"), BTreeSet::from([nobody().1.to_string()]));
    daemon.stop().expect_code(0);
    figure("fault_118", "a thread from before main: mixed users 0");
}

/// A thread that the C library does not know would stay root: it is found, and the daemon ends.
#[test]
fn fault_118_a_thread_that_stays_root_is_the_end() {
    let open = Open::new();
    let mut command = open.command();
    command.env("THREAD", "raw").arg("--lock").arg(open.place.lock());
    let ended = Child::spawn(command).wait();
    assert!(ended.errors.contains("still has Uid"), "{ended:#?}");
    assert!(!ended.lines.iter().any(|line| line.contains("set up")), "{ended:#?}");
    ended.expect_code(77);
    figure("fault_118", "a thread that stays root: found, 77");
}
