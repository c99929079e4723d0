//! Panics and errors in every place where code of the author runs: fault 101.

use std::fs;
use std::process::Command;

use daemon_tests::{Child, Ended, Place, each, figure};

const PLACED: &str = env!("CARGO_BIN_EXE_panic_place");

/// A run with a panic, and the daemon's own journal of it.
struct Run {
    ended: Ended,
    journal: Vec<String>,
    log: String,
}

impl Run {
    fn new(place: &Place, settings: &[(&str, &str)], arguments: &[&str]) -> Self {
        let (journal, log) = (place.file("journal"), place.file("log"));
        let _ = fs::remove_file(&journal);
        let _ = fs::remove_file(&log);
        let mut command = Command::new(PLACED);
        command
            .arg("--lock")
            .arg(place.lock())
            .args(arguments)
            .envs(settings.iter().copied())
            .env("JOURNAL", &journal)
            .env("LOG", &log);
        let ended = Child::spawn(command).wait();
        let text = |file| fs::read_to_string(file).unwrap_or_default();
        Self { ended, journal: text(&journal).lines().map(str::to_owned).collect(), log: text(&log) }
    }

    fn at(&self, stage: &str) -> Option<usize> {
        self.journal.iter().position(|line| line == stage)
    }

    /// Of the stages that tear down, those whose counterpart was reached ran, in reverse order, after the panic.
    fn assert_torn_down(&self, place: &str) {
        let pairs = [
            ("first plugin setup", "first plugin teardown"),
            ("second plugin setup", "second plugin teardown"),
            ("setup", "Drop"),
            ("init", "shutdown"),
        ];
        let mut last = usize::MAX;
        for (made, undone) in pairs {
            // What failed while it was made is not there to be undone.
            let owed = self.at(made).is_some() && made != place;
            // When `init` fails, the daemon's state is there all the same.
            let owed = owed || made == "init" && place == "init";
            let at = self.at(undone);
            assert_eq!(at.is_some(), owed, "{place}: {undone} in {:#?}", self.journal);
            assert!(at.is_none_or(|at| at < last), "{place}: {undone} too late in {:#?}", self.journal);
            last = at.unwrap_or(last);
        }
    }

    /// All that was said, wherever it went.
    fn said(&self) -> String {
        format!("{}{}\n{}", self.log, self.ended.lines.join("\n"), self.ended.errors)
    }
}

/// The places, and what the framework calls each in its message.
const PLACES: &[(&str, &str)] = &[
    ("setup", "setup failed: "),
    ("init", "on init ("),
    ("pre_execute", "on pre_execute ("),
    ("execute", "execute ("),
    ("post_execute", "on post_execute ("),
    ("idle", "on idle ("),
    ("signal", "on SIGUSR2 ("),
    ("every", "every 1ms ("),
    ("error", "on error ("),
    ("shutdown", "on shutdown ("),
    ("second plugin setup", "setup of a plugin failed: "),
    ("second plugin teardown", "teardown of a plugin failed: "),
    ("Drop", "dropping the daemon's state failed: "),
];

/// Fault 101: a panic in each place is caught and logged with its place in the source and the hook's; the daemon is torn
/// down in reverse order and ends with 70; the lock is free for the next start.
#[test]
fn fault_101_panics_in_every_place_are_caught() {
    let place = Place::new();
    let count = each(PLACES, |(name, told)| {
        let run = Run::new(&place, &[("PLACE", name)], &[]);
        run.ended.expect_code(70);
        let said = run.said();
        assert!(said.contains("daemon error: panic at tests/subjects/panic_place.rs:"), "{said}");
        let (_, rest) = said.split_once(told).unwrap_or_else(|| panic!("no {told:?} in {said}"));
        let line = rest.lines().next().unwrap_or_default();
        assert!(line.ends_with(": a text") && line.contains("panicked at tests/subjects/panic_place.rs:"), "{line}");
        if told.ends_with('(') {
            assert!(line.contains("tests/subjects/panic_place.rs:") && line.contains(") failed: "), "{line}");
        }
        run.assert_torn_down(name);
        Run::new(&place, &[], &["--once"]).ended.expect_code(0);
    });
    figure("fault_101", &format!("{count} of {count} places caught, exit 70, torn down, lock free"));
}

/// Fault 101: payloads that are no `&str`: a `String`, a number, one whose own `Drop` panics, one that does so again
/// and again.
#[test]
fn fault_101_payloads_of_all_kinds() {
    let place = Place::new();
    let odd = ": (a payload that is no text)";
    let payloads = [("string", ": a text in a String"), ("number", odd), ("bomb", odd), ("bombs", odd)];
    let places = ["setup", "execute", "shutdown", "second plugin teardown", "Drop"];
    let cases = payloads.iter().flat_map(|payload| places.iter().map(move |name| (payload, name)));
    let count = each(cases, |((payload, told), name)| {
        let run = Run::new(&place, &[("PLACE", name), ("PAYLOAD", payload)], &[]);
        run.ended.expect_code(70);
        assert!(run.said().contains(told), "{}", run.said());
        run.assert_torn_down(name);
        Run::new(&place, &[], &["--once"]).ended.expect_code(0);
    });
    figure("fault_101", &format!("{count} of {count} payloads and places caught"));
}

/// Fault 101: code of the author that runs outside the hooks: where a plugin is made, checked, named, dropped, where the
/// log file is named, where an error is printed and dropped. Caught and told as well, with the code of a fatal error.
#[test]
fn fault_101_panics_in_odd_places_are_caught() {
    let place = Place::new();
    let cases = [
        ("plugin made", false),
        ("second plugin check", false),
        ("log function", false),
        ("plugin name", false),
        ("second plugin Drop", false),
        ("error's Display", true),
        ("error's Drop", true),
    ];
    let count = each(cases, |(name, fails)| {
        let settings = [("PLACE", *name), ("FAILS", "yes")];
        let run = Run::new(&place, &settings[..if *fails { 2 } else { 1 }], &[]);
        let said = run.said();
        assert_eq!(run.ended.code, Some(70), "{said}");
        assert!(said.contains("panicked at tests/subjects/panic_place.rs:"), "{said}");
        run.assert_torn_down(name);
        Run::new(&place, &[], &["--once"]).ended.expect_code(0);
    });
    figure("fault_101", &format!("{count} of {count} odd places caught"));
}

/// Fault 101: `-i` runs code of plugins as well: where they are made, and where they say what they need.
#[test]
fn fault_101_a_panic_in_the_instructions_is_told() {
    let place = Place::new();
    let good = Run::new(&place, &[], &["-i"]).ended;
    assert!(good.expect_code(0).count("install the second part") == 1, "{good:#?}");
    for name in ["plugin made", "second plugin instructions", "first plugin Drop"] {
        let run = Run::new(&place, &[("PLACE", name)], &["-i"]);
        run.ended.expect_code(70);
        assert!(run.said().contains("panicked") && run.said().contains("a text"), "{name}: {}", run.said());
    }
}

/// Fault 101: the reader of an own option panics: a fatal error that names the option, not a crash.
#[test]
fn fault_101_a_panic_in_an_option_is_told() {
    let place = Place::new();
    let run = Run::new(&place, &[("PLACE", "option")], &["--number", "7"]);
    run.ended.expect_code(70);
    assert!(run.ended.errors.contains("--number") && run.ended.errors.contains("a text"), "{:#?}", run.ended);
}

fn errors(settings: &[(&str, &str)]) -> Ended {
    let mut command = Command::new(env!("CARGO_BIN_EXE_panic_errors"));
    command.envs(settings.iter().copied());
    Child::spawn(command).wait()
}

/// A failing hook declared with `OnError::log()` is logged, told to the error hooks with its text, and the daemon goes on.
#[test]
fn a_hook_that_may_fail_lets_the_daemon_go_on() {
    let ended = errors(&[]);
    ended.expect_code(0);
    assert_eq!(ended.count(" daemon error: execute ("), 1, "{ended:#?}");
    assert_eq!(ended.count(" hook 1 heard: execute ("), 1, "{ended:#?}");
    assert_eq!(ended.count(") failed: no input today"), 2, "{ended:#?}");
    assert_eq!(ended.count(" told 1 errors in 5 iterations"), 1, "{ended:#?}");
}

/// With `OnError::stop()` the daemon ends with the error's own code, after the error hooks were told.
#[test]
fn a_hook_that_must_not_fail_ends_the_daemon_with_its_code() {
    let ended = errors(&[("FAILS", "stop")]);
    ended.expect_code(66);
    assert_eq!(ended.count(" hook 1 heard: execute ("), 1, "{ended:#?}");
    assert_eq!(ended.count(" told "), 0, "{ended:#?}");
}

/// An error hook that fails, is late, or reports an error itself is logged, but not called again for that: it would
/// never end.
#[test]
fn an_error_hook_does_not_call_itself() {
    let cases = [("fails", " failed: the error hook fails too"), ("asks", " daemon error: an error about an error")];
    each(cases, |(hook, told)| {
        let ended = errors(&[("HOOK", hook)]);
        ended.expect_code(0);
        assert_eq!(ended.count(told), 1, "{ended:#?}");
        assert_eq!(ended.count(" told 1 errors in 5 iterations"), 1, "{ended:#?}");
    });
}
