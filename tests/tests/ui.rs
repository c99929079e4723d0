//! What the user sees: each file in `ui/SUBJECT` but `pass` has one mistake and its expected errors beside it;
//! `ui/many_faults.rs` has ten. `TRYBUILD=overwrite` writes the expected errors anew.
//!
//! May not test at run time what a declaration does. The expected errors are those of the compiler that CI pins.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use trybuild::TestCases;

/// The folders with mistakes.
const SUBJECTS: [&str; 11] = [
    "keys",
    "words",
    "durations",
    "helpers",
    "hook_keys",
    "signatures",
    "block",
    "contradictions",
    "cron",
    "handover",
    "workers",
];

/// The files with more than one mistake, and how many.
const MANY: [(&str, usize); 2] = [("many_faults", 10), ("all_at_once", 5)];

/// Two sets, because files that must pass make trybuild build all of its set: the faulty ones are only checked, as an
/// editor does it, so that a fault which `cargo check` does not find is missed here too.
#[test]
fn mistakes_are_errors_at_the_users_word() {
    let cases = TestCases::new();
    for subject in SUBJECTS {
        cases.compile_fail(format!("ui/{subject}/*.rs"));
    }
    cases.compile_fail("ui/many_faults.rs");
}

#[test]
fn every_key_and_helper_is_accepted() {
    let cases = TestCases::new();
    cases.pass("ui/pass/*.rs");
}

/// The files of a folder with this ending, by name.
fn files(folder: &Path, ending: &str) -> BTreeMap<String, PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder of cases").map(|entry| entry.expect("an entry").path());
    let named = entries.filter(|path| path.extension().is_some_and(|found| found == ending));
    named.map(|path| (path.file_stem().expect("a name").to_string_lossy().into_owned(), path)).collect()
}

/// A mistake that is reported twice, or hides another, is itself one.
#[test]
fn each_mistake_is_exactly_one_error() {
    let ui = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui");
    let folders: Vec<_> = SUBJECTS.iter().map(|subject| ui.join(subject)).chain([ui.clone()]).collect();
    let mut cases = 0;
    for folder in folders {
        let expected = files(&folder, "stderr");
        for name in files(&folder, "rs").keys() {
            let text = fs::read_to_string(&expected[name]).expect("expected errors");
            let errors = text.lines().filter(|line| line.starts_with("error")).count();
            let mistakes = MANY.iter().find(|(many, _)| many == name).map_or(1, |(_, count)| *count);
            assert_eq!(errors, mistakes, "{}/{name}", folder.display());
            cases += 1;
        }
    }
    assert!(cases >= 100, "{cases} cases");
}
