//! Workers, tasks and objects that the attribute declares, with real processes.
//!
//! May not test what becomes of them in trouble: that is `fault_worker`.

use std::collections::HashSet;

use daemon_tests::{Child, Ended, Place, alone};

/// Runs the daemon to its end.
fn run() -> (u32, Ended) {
    let place = Place::new();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_worker_declared"));
    command.env("XDG_STATE_HOME", place.path());
    alone(&mut command);
    let child = Child::spawn(command);
    let pid = child.pid();
    let ended = child.wait();
    assert_eq!(ended.code, Some(0), "{ended:#?}");
    (pid, ended)
}

/// What follows `text` in each line that has it.
fn after<'a>(ended: &'a Ended, text: &str) -> Vec<&'a str> {
    ended.lines.iter().filter_map(|line| Some(line.split_once(text)?.1)).collect()
}

#[test]
fn a_function_of_the_attribute_runs_in_a_worker() {
    let (daemon, ended) = run();
    let fetched = after(&ended, "fetched by ");
    let [fetched] = fetched.as_slice() else { panic!("{ended:#?}") };
    let (pid, rest) = fetched.split_once(' ').expect("a number and more");
    assert_ne!(pid, daemon.to_string());
    assert_eq!(rest, format!("of Some({pid}): page page [Some(1), None]"));
    // A task has a process for each call.
    let pushed = after(&ended, "pushed 3 by ");
    let pids: HashSet<_> = pushed.iter().collect();
    assert_eq!((pushed.len(), pids.len()), (2, 2), "{ended:#?}");
    assert!(!pids.contains(&daemon.to_string().as_str()));
}

#[test]
fn what_a_call_comes_to_is_heard_by_its_hook() {
    let (_, ended) = run();
    assert_eq!(after(&ended, "refuse lost after "), ["3 attempts: no"], "{ended:#?}");
    assert_eq!(after(&ended, "hang lost after "), ["1 attempts: it took longer than 50ms and was ended"], "{ended:#?}");
}

#[test]
fn an_object_is_made_once_and_keeps_its_state() {
    let (daemon, ended) = run();
    assert_eq!(after(&ended, "sum "), ["101", "103", "106", "110"], "{ended:#?}");
    let told = after(&ended, "tell told: ");
    let [counter] = told.iter().filter(|text| text.starts_with("made")).collect::<Vec<_>>()[..] else {
        panic!("{ended:#?}")
    };
    let (made, now) = counter.strip_prefix("made by ").and_then(|rest| rest.split_once(", now ")).expect("two numbers");
    assert!(made == now && made != daemon.to_string(), "{ended:#?}");
    // The other one is made by `Default`.
    assert!(told.contains(&"!"), "{ended:#?}");
}

#[test]
fn a_worker_that_needs_too_much_memory_is_replaced() {
    let (_, ended) = run();
    let pids: Vec<_> = after(&ended, "grown ").iter().filter_map(|rest| Some(rest.split_once(" by ")?.1)).collect();
    let [first, second, grown, next] = pids[..] else { panic!("{ended:#?}") };
    assert!(first == second && second == grown && grown != next, "{ended:#?}");
}
