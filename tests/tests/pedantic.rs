//! What the attribute writes passes the strictest lints, of rustc and of clippy: in a crate that denies them all, and typed
//! into a file as if a person had written it.
//!
//! May not use the network: all that it needs is there, since this test was built.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use daemon_tests::Place;

/// The attribute, used by an author who allows nothing.
#[test]
fn strict_lints_find_nothing_in_what_the_attribute_writes() {
    clippy("strict", include_str!("pedantic/strict.rs"));
}

/// The same with what is behind a feature.
#[test]
fn strict_lints_find_nothing_in_workers() {
    clippy("workers", include_str!("pedantic/workers.rs"));
}

/// The expansion as a file of its own, where no lint is kept back because a macro wrote the code.
#[test]
fn strict_lints_find_nothing_in_an_expansion_that_was_typed() {
    let expanded = include_str!("expansion/heartbeat.expanded.rs");
    let head = "#![deny(warnings, unused, clippy::all, clippy::pedantic)]\n\
        #![allow(clippy::unnecessary_wraps, clippy::unused_self, reason = \"the author's functions\")]\n\
        //! An expansion.\nuse daemon_core::prelude::*;\nuse std::io;\n\nstruct Heartbeat {\n    beats: u64,\n}\n\n";
    let main = "\n\nfn main() -> ExitCode {\n    Heartbeat::main()\n}\n";
    // The author's functions of the snapshot take what they do not use.
    let expanded = expanded.replace("fn tidy(&mut self, cx: &Context)", "fn tidy(&mut self, _: &Context)");
    clippy("typed", &format!("{head}{expanded}{main}"));
}

/// A lint that finds nothing must be one that can.
#[test]
fn the_lints_are_on() {
    let strict = include_str!("pedantic/strict.rs");
    let bad = strict.replace(
        "#[daemon]\nimpl Plain {}",
        "#[daemon]\nimpl Plain {}\nfn bad(x: &Vec<u8>) -> usize { return x.len() }",
    );
    let errors = lints("bad", &bad).expect_err("clippy finds something");
    assert!(errors.contains("needless_return") && errors.contains("ptr_arg"), "{errors}");
}

fn clippy(package: &str, main: &str) {
    if let Err(errors) = lints(package, main) {
        panic!("{package}:\n{errors}");
    }
}

/// What clippy says about a program.
fn lints(package: &str, main: &str) -> Result<(), String> {
    let place = Place::new();
    let folder = place.path();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let features: &[&str] = if package == "workers" { &["workers"] } else { &[] };
    let manifest = format!(
        "[package]\nname = \"{package}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\ndaemon-core = {{ path = {:?}, features = {features:?} }}\n",
        root.join("daemon-core")
    );
    fs::create_dir(folder.join("src")).expect("a directory");
    fs::write(folder.join("Cargo.toml"), manifest).expect("a manifest");
    fs::write(folder.join("src/main.rs"), main).expect("a program");
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock")).expect("a lock file");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["clippy", "--quiet", "--offline"]).current_dir(folder).env("CARGO_TARGET_DIR", target());
    let output = cargo.output().expect("cargo starts");
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() && !errors.contains("src/main.rs") { Ok(()) } else { Err(errors) }
}

/// A target directory beside the one of this test, kept so that the next run finds its dependencies checked.
fn target() -> PathBuf {
    let this = env::current_exe().expect("the path of this test");
    this.ancestors().nth(3).expect("target/PROFILE/deps/TEST").join("tests/pedantic")
}
