//! Tables of cases, of which every one is tried even when some fail.

use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Checks each case and fails at the end with the list of those that failed; how many there were.
///
/// # Panics
/// When one failed.
pub fn each<T: Debug>(cases: impl IntoIterator<Item = T>, check: impl Fn(&T)) -> usize {
    let (mut count, mut failed) = (0, Vec::new());
    for case in cases {
        count += 1;
        if catch_unwind(AssertUnwindSafe(|| check(&case))).is_err() {
            failed.push(case);
        }
    }
    assert!(failed.is_empty(), "{} of {count} cases failed: {failed:#?}", failed.len());
    count
}
