//! What the user sees: each file in `ui/SUBJECT` but `pass` has one mistake and its expected errors beside it;
//! `ui/many_faults.rs` has ten. `TRYBUILD=overwrite` writes the expected errors anew.
//!
//! May not test at run time what a declaration does. The expected errors are those of the compiler that CI pins.

use trybuild::TestCases;

/// Two sets, because files that must pass make trybuild build all of its set: the faulty ones are only checked, as an
/// editor does it, so that a fault which `cargo check` does not find is missed here too.
#[test]
fn mistakes_are_errors_at_the_users_word() {
    let cases = TestCases::new();
    for subject in ["keys", "words", "durations", "helpers", "signatures", "block", "cron"] {
        cases.compile_fail(format!("ui/{subject}/*.rs"));
    }
    cases.compile_fail("ui/many_faults.rs");
}

#[test]
fn every_key_and_helper_is_accepted() {
    TestCases::new().pass("ui/pass/*.rs");
}
