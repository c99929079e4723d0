//! `--explain` of real programs: it names all that can be declared and all that the command line can change, and makes
//! nothing.

use std::fs;
use std::path::Path;
use std::process::Command;

use daemon_tests::{Child, Place};

/// What `--explain` says of the probe in an empty directory, in which its lock and log would be.
fn explain(place: &Place, more: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cli_probe"));
    command.arg("--explain").arg("--lock").arg(place.lock()).arg("--log").arg(place.file("log")).args(more);
    let ended = Child::spawn(command).wait();
    ended.expect_code(0);
    assert_eq!(ended.errors, "");
    let left: Vec<_> = fs::read_dir(place.path()).expect("the directory").flatten().collect();
    assert!(left.is_empty(), "left behind: {left:?}");
    ended.lines.join("\n")
}

/// The keys of the attribute, from its table.
fn keys() -> Vec<String> {
    let table = Path::new(env!("CARGO_MANIFEST_DIR")).join("../daemon-macros/src/table.rs");
    let text = fs::read_to_string(table).expect("the table of keys");
    let name = |part: &str| part.split('"').nth(1).expect("a name").to_owned();
    // Other tables of keys, as those of hooks, stand in the same file.
    let table = text.split("pub const KEYS").nth(1).and_then(|rest| rest.split("];").next()).expect("the table");
    let keys: Vec<String> = table.split("Key { name: ").skip(1).map(name).collect();
    assert!(keys.len() >= 11 && keys.iter().any(|key| key == "restart_jitter"), "{keys:?}");
    keys
}

/// Flags with a value, from `--help`: those that the daemon itself declares are among them.
fn flags() -> Vec<String> {
    let help = Child::start(env!("CARGO_BIN_EXE_cli_probe"), ["--help"]).wait();
    let flag = |line: &String| {
        let (_, flag) = line.split_once("--")?;
        let (name, value) = flag.split_once(' ')?;
        value.starts_with('<').then(|| name.to_owned())
    };
    let flags: Vec<String> = help.lines.iter().filter_map(flag).collect();
    assert!(flags.len() >= 10 && flags.iter().any(|flag| flag == "max-load"), "{flags:?}");
    flags
}

#[test]
fn every_key_and_every_flag_is_explained() {
    let place = Place::new();
    let text = explain(&place, &["--interval", "2s", "--max-load", "7"]);
    let line = |word: &str| {
        let found = text.lines().find(|line| line.split_whitespace().any(|part| part == word));
        found.unwrap_or_else(|| panic!("no {word} in {text}"))
    };
    for key in keys() {
        let origin = ["default", "declared", "flag"].iter().any(|origin| line(&key).contains(origin));
        assert!(origin, "{key}: nobody said so: {}", line(&key));
    }
    for flag in flags() {
        line(&format!("--{flag}"));
    }
    for (key, words) in [("interval", "2s"), ("lock", "test.lock"), ("log", "/log"), ("missed", "skip")] {
        assert!(line(key).contains(words), "{}", line(key));
    }
    assert!(line("interval").contains("flag") && line("missed").contains("default"), "{text}");
    assert!(line("--max-load").contains(" given"), "{text}");
    assert!(text.contains("every 10m") && text.contains("cli_probe.rs:"), "{text}");
    assert!(text.contains("It is caught"), "this program is built to unwind: {text}");
}

/// The same declaration in daemon mode: `-d` explains, and starts nothing.
#[test]
fn what_d_would_do_is_explained() {
    let place = Place::new();
    let text = explain(&place, &["-d"]);
    assert!(text.contains("in the background") && text.contains("daemon mode, on_error restart"), "{text}");
    assert!(text.contains("become the program that was tried"), "{text}");
}

/// A declaration that can not work is refused as it would be at a start.
#[test]
fn what_can_not_work_is_not_explained() {
    let ended = Child::start(env!("CARGO_BIN_EXE_cli_probe"), ["--explain", "--interval", "1us"]).wait();
    ended.expect_code(64);
    assert!(ended.errors.contains("100us") && ended.lines.is_empty(), "{ended:#?}");
}
