//! The language has no word without a meaning: each key and helper is documented, accepted, and read by something that a
//! test proves.
//!
//! May not prove it itself: it looks whether the tests that do are there. The table is that of the macro, taken in by path.

#[allow(dead_code, reason = "the macro's table, of which only the words matter here")]
#[path = "../../daemon-macros/src/table.rs"]
mod table;

#[allow(dead_code, reason = "a part of the same table")]
#[path = "../../daemon-macros/src/pools.rs"]
mod pools;

use std::fs;
use std::path::{Path, PathBuf};

use pools::{ENDINGS, POOL_KEYS};
use table::{HELPERS, HOOK_KEYS, KEYS, ROOT};

/// For each key of `#[daemon]` the tests that prove what it does.
const KEYS_READ: &[(&str, &[&str])] = &[
    ("name", &["fault_115_good_names_are_taken"]),
    ("interval", &["a_day_of_ticks_and_signals_in_milliseconds"]),
    ("jitter", &["jitter_moves_each_slot_and_leaves_the_grid"]),
    ("lock", &["crontab_a_second_start_is_silent_when_told_and_touches_nothing"]),
    ("log", &["the_log_file_is_named_by_a_pattern", "the_log_file_is_asked_for_at_five_minute_marks"]),
    ("missed", &["missed_slots_can_be_delayed_or_made_up_for"]),
    ("idle", &["idle_probability_without_an_interval"]),
    ("restart", &["the_declared_interval_of_restarts_is_kept_with_its_jitter"]),
    ("restart_jitter", &["the_declared_interval_of_restarts_is_kept_with_its_jitter"]),
    ("deadline", &["fault_106_an_iteration_that_hangs_is_cut_at_its_deadline"]),
    ("start_timeout", &["the_limit_of_the_start_ends_with_it"]),
    ("stop_timeout", &["fault_050_a_stop_that_hangs_is_cut_when_its_time_is_over"]),
    ("nice", &["a_declared_niceness_is_set_once"]),
    ("user", &["fault_117_the_user_is_changed_after_the_files_and_before_the_authors_code"]),
    ("group", &["users_and_groups_come_in_all_forms"]),
    ("umask", &["in_the_foreground_the_umask_is_inherited"]),
    ("core_dumps", &["fault_108_a_crash_leaves_no_core_file_unless_asked"]),
    ("on_error", &["in_the_foreground_and_with_another_policy_there_is_no_restart"]),
    ("instructions", &["pulse"]),
    ("workers", &["an_object_is_made_once_and_keeps_its_state"]),
    ("help", &["help_comes_by_three_names_and_can_be_replaced"]),
    ("crate", &["a_path_of_the_core_is_imported_once", "facade"]),
];

/// The same for each key of hooks.
const HOOK_KEYS_READ: &[(&str, &[&str])] = &[
    ("deadline", &["fault_106_a_hook_has_a_deadline_of_its_own"]),
    ("on_error", &["fault_101_panics_in_every_place_are_caught"]),
    ("jitter", &["jitter_moves_each_slot_and_leaves_the_grid"]),
    ("zone", &["hooks_of_cron_run_at_their_time_in_their_zone"]),
];

/// The same for each key of pools.
const POOL_KEYS_READ: &[(&str, &[&str])] = &[
    ("pool", &["pools_are_filled_at_once_or_at_the_first_call"]),
    ("limit", &["a_task_has_a_process_of_its_own"]),
    ("timeout", &["fault_074_a_call_that_hangs_is_ended_and_then_killed"]),
    ("retries", &["a_call_is_tried_again_as_often_as_declared_with_growing_pauses"]),
    ("backoff", &["a_call_is_tried_again_as_often_as_declared_with_growing_pauses"]),
    ("queue", &["fault_084_a_full_queue_refuses_and_drops_nothing"]),
    ("spawn", &["a_lazy_pool_starts_a_worker_for_each_call_that_finds_none"]),
    ("max_calls", &["a_worker_retires_after_its_calls_and_is_replaced"]),
    ("max_age", &["b06_workers_retire_after_their_time_and_are_replaced"]),
    ("max_memory", &["a_worker_that_needs_too_much_memory_is_replaced"]),
    ("grace", &["fault_074_a_call_that_hangs_is_ended_and_then_killed"]),
];

/// The same for what a call can come to.
const ENDINGS_READ: &[(&str, &[&str])] = &[
    ("returned", &["a_result_is_handled_as_soon_as_it_is_there"]),
    ("timed_out", &["failures_time_outs_and_deaths_have_their_hooks"]),
    ("failed", &["failures_time_outs_and_deaths_have_their_hooks"]),
];

/// The same for each helper.
const HELPERS_READ: &[(&str, &[&str])] = &[
    ("setup", &["a_failed_setup_undoes_what_was_done_and_nothing_else"]),
    ("execute", &["a_day_of_ticks_and_signals_in_milliseconds"]),
    (
        "on",
        &["every_signal_that_can_be_caught_can_have_a_hook", "idle_events_come_once_an_interval_while_time_is_left"],
    ),
    ("every", &["timers_share_the_loop_and_run_in_due_order"]),
    ("cron", &["hooks_of_cron_run_at_their_time_in_their_zone"]),
    ("option", &["own_options_are_read_by_their_function"]),
    ("handover", &["it_is_packed_between_shutdown_and_drop_and_the_next_daemon_gets_it"]),
    ("plugin", &["a_stop_undoes_the_stages_in_reverse_and_gives_the_lock_back_last"]),
    ("worker", &["a_function_of_the_attribute_runs_in_a_worker"]),
    ("task", &["a_function_of_the_attribute_runs_in_a_worker"]),
    ("call", &["an_object_is_made_once_and_keeps_its_state"]),
];

fn keys() -> Vec<&'static str> {
    KEYS.iter().chain([&ROOT]).map(|key| key.name).collect()
}

fn hook_keys() -> Vec<&'static str> {
    HOOK_KEYS.iter().map(|hook| hook.key.name).collect()
}

fn pool_keys() -> Vec<&'static str> {
    POOL_KEYS.iter().map(|key| key.key.name).collect()
}

fn endings() -> Vec<&'static str> {
    ENDINGS.iter().map(|ending| ending.name).collect()
}

fn helpers() -> Vec<&'static str> {
    HELPERS.iter().map(|helper| helper.name).collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The text of all Rust files below a folder.
fn sources(folder: &Path, into: &mut String) {
    for path in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push_str(&fs::read_to_string(&path).expect("a source"));
        }
    }
}

#[test]
fn every_word_has_a_test_that_something_reads_it() {
    let mut text = String::new();
    for folder in ["tests/tests", "daemon-core/src", "daemon-macros/src"] {
        sources(&root().join(folder), &mut text);
    }
    for (words, read) in [
        (keys(), KEYS_READ),
        (hook_keys(), HOOK_KEYS_READ),
        (pool_keys(), POOL_KEYS_READ),
        (endings(), ENDINGS_READ),
        (helpers(), HELPERS_READ),
    ] {
        for word in &words {
            assert!(read.iter().any(|(known, tests)| known == word && !tests.is_empty()), "no test reads `{word}`");
        }
        for (word, tests) in read {
            assert!(words.contains(word), "`{word}` is no word any more");
            for test in *tests {
                assert!(
                    text.contains(&format!("#[test]\nfn {test}()"))
                        || text.contains(&format!("#[test]\n    fn {test}()")),
                    "`{word}`: there is no test {test}"
                );
            }
        }
    }
}

#[test]
fn every_word_is_accepted_somewhere() {
    let pass = |prefix: &str, words: Vec<&str>| {
        for word in words {
            let file = root().join(format!("tests/ui/pass/{prefix}_{word}.rs"));
            let text = fs::read_to_string(&file).unwrap_or_else(|_| panic!("{} is missing", file.display()));
            assert!(text.contains(word), "{} is about something else", file.display());
        }
    };
    pass("key", keys());
    pass("hook_key", hook_keys());
    pass("helper", helpers());
    let pools = fs::read_to_string(root().join("tests/ui/pass/pool_keys.rs")).expect("the keys of pools");
    let heard = fs::read_to_string(root().join("tests/ui/pass/helper_worker.rs")).expect("what hears of calls");
    for word in pool_keys() {
        // As a literal and as an expression, or in two kinds of pools.
        assert!(pools.matches(&format!("{word} = ")).count() >= 2, "the key of pools `{word}` is not accepted");
    }
    for word in endings() {
        assert!(heard.contains(&format!("#[on({word} = ")), "nothing hears of `{word}`");
    }
}

/// The reference in the attribute's documentation, and the tables of the README, have a row with an example for each.
#[test]
fn every_word_is_documented_with_an_example() {
    let docs = fs::read_to_string(root().join("daemon-macros/src/lib.rs")).expect("the door of the macro");
    let readme = fs::read_to_string(root().join("README.md")).expect("the README");
    for word in keys() {
        let row = |text: &str, start: String| {
            text.lines().any(|line| line.starts_with(&start) && line.contains(&format!("`{word} = ")))
        };
        assert!(row(&docs, format!("/// | `{word}` |")), "no row of the key `{word}` in the documentation");
        assert!(row(&readme, format!("| `{word}` |")), "no row of the key `{word}` in the README");
    }
    for word in hook_keys().into_iter().chain(pool_keys()) {
        let row = |text: &str, start: String| {
            text.lines()
                .any(|line| line.starts_with(&start) && line.contains("`#[") && line.contains(&format!("{word} = ")))
        };
        assert!(row(&docs, format!("/// | `{word}` |")), "no row of the hook key `{word}` in the documentation");
        assert!(row(&readme, format!("| `{word}` |")), "no row of the hook key `{word}` in the README");
    }
    for word in endings() {
        let said = format!("`#[on({word} = ");
        assert!(docs.contains(&said) && readme.contains(&said), "`{word}` is not documented");
    }
    for word in helpers() {
        assert!(docs.contains(&format!("/// | [`#[{word}")), "no row of the helper `{word}`");
        assert!(docs.contains(&format!("/// #[{word}")), "no example of the helper `{word}`");
        assert!(docs.contains(&format!("pub fn {word}(")), "the helper `{word}` is not exported");
        assert!(readme.contains(&format!("| `#[{word}")), "no row of the helper `{word}` in the README");
    }
}

/// A row in one of the tables of the documentation that is no word of the language promises what is not there.
#[test]
fn no_word_is_documented_that_is_not_there() {
    let docs = fs::read_to_string(root().join("daemon-macros/src/lib.rs")).expect("the door of the macro");
    let words = [keys(), hook_keys(), pool_keys()].concat();
    let mut rows = 0;
    for line in docs.lines() {
        let Some(word) = line.strip_prefix("/// | `").and_then(|rest| rest.split('`').next()) else { continue };
        assert!(words.contains(&word), "`{word}` is documented, and no word");
        rows += 1;
    }
    assert_eq!(rows, words.len());
}
