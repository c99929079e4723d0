//! The gallery: every example does what the transcript beside it shows, and `pulse` loses no line.
//!
//! The transcripts are what readers follow, so they are replayed for real: real programs, signals and exit codes. May
//! not look at an example's source; that is for `twin`.

#[path = "gallery/pattern.rs"]
mod pattern;
#[path = "gallery/replay.rs"]
mod replay;
#[path = "gallery/shell.rs"]
mod shell;
#[path = "gallery/stop.rs"]
mod stop;
#[path = "gallery/transcript.rs"]
mod transcript;
#[path = "gallery/wrong.rs"]
mod wrong;

use std::fs;
use std::path::{Path, PathBuf};

use replay::replay;

#[test]
fn by_hand() {
    agrees("by_hand");
}

#[test]
fn heartbeat() {
    agrees("heartbeat");
}

#[test]
fn parallel_tasks() {
    agrees("parallel_tasks");
}

#[test]
fn pulse() {
    agrees("pulse");
}

#[test]
fn restart() {
    agrees("restart");
}

#[test]
fn signals() {
    agrees("signals");
}

#[test]
fn timers() {
    agrees("timers");
}

/// A new example must come with a transcript, and with a test above.
#[test]
fn every_example_has_a_transcript_and_a_test() {
    let here = include_str!("gallery.rs");
    let entries = fs::read_dir(folder()).expect("the folder of the examples");
    let mut count = 0;
    for path in entries.map(|entry| entry.expect("an entry").path()) {
        if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.file_stem().expect("a name").to_string_lossy();
            assert!(path.with_extension("md").exists(), "{name}.md is missing beside {name}.rs");
            assert!(here.contains(&format!("agrees(\"{name}\")")), "no test replays {name}.md");
            count += 1;
        }
    }
    assert!(count >= 5, "only {count} examples");
}

/// Replays the transcript of one example.
fn agrees(name: &str) {
    let path = folder().join(format!("{name}.md"));
    let markdown = fs::read_to_string(&path).expect("a transcript");
    if let Err(why) = replay(&markdown) {
        let built = "(the program as last built by `cargo build --examples --all-features`)";
        panic!("{} and {name} disagree {built}: {why}", path.display());
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples")
}
