//! An application outside the workspace, as a newcomer writes it: `daemon-core`, and nothing else.
//!
//! Its `main.rs` is the hello of the README, taken from there word for word, so the README can not promise what does
//! not build. May not use the network: all that it needs is there, since this test was built.

use std::fs;
use std::path::Path;
use std::process::Command;

use daemon_tests::{Application, Child, alone};
use nix::sys::signal::Signal;

/// The first thing a reader of the README tries.
#[test]
fn the_hello_of_the_readme_runs() {
    let path = workspace().join("README.md");
    let text =
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("the hello comes from {}: {error}", path.display()));
    let Some(hello) = first_program(&text) else {
        panic!("{}: no ```rust block with `fn main`", path.display());
    };
    builds_and_runs("hello-readme", &hello);
}

/// The first thing a reader of the documentation sees.
#[test]
fn the_hello_of_the_documentation_runs() {
    let lib = fs::read_to_string(workspace().join("daemon-core/src/lib.rs")).expect("the library");
    let doc: Vec<&str> = lib
        .lines()
        .map_while(|line| line.strip_prefix("//!"))
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
        .collect();
    let hello = first_program(&doc.join("\n")).expect("a program in the crate's documentation");
    builds_and_runs("hello-docs", &hello);
}

/// A feature that is off is named at the user's own word, for the macro and by hand.
#[test]
fn a_handover_without_its_feature_says_how_to_turn_it_on() {
    let program = "use daemon_core::prelude::*;\n\n#[derive(Default)]\nstruct Hello;\n\n#[daemon]\nimpl Hello {\n    \
                   #[on(init)]\n    fn take(&self, cx: &Context) {\n        cx.handed_over::<u32>();\n    }\n\n    \
                   #[handover]\n    fn keep(&self) -> u64 {\n        7\n    }\n}\n\nfn main() -> ExitCode {\n    \
                   Hello::main()\n}\n";
    let errors = Application::refused("hello-handover", program);
    for (told, place) in [("hand over `u64`", "src/main.rs:14:23"), ("take over `u32`", "src/main.rs:10:26")] {
        let told = format!("error[E0277]: turn on the feature `handover` of daemon-core to {told}\n");
        let (_, after) = errors.split_once(&told).unwrap_or_else(|| panic!("{errors}"));
        assert!(after.lines().next().is_some_and(|line| line.ends_with(place)), "{errors}");
    }
    assert!(errors.contains("daemon-core = { …, features = [\"handover\"] }"), "{errors}");
    assert_eq!(errors.matches("error[").count(), 2, "{errors}");
}

/// One error at each word, and nothing about what is not there without the feature.
#[test]
fn workers_without_their_feature_say_how_to_turn_it_on() {
    let program = "use daemon_core::prelude::*;\n\n#[derive(Default)]\nstruct Hello;\n\n#[daemon(workers = [Primes])]\nimpl Hello {\n    \
                   #[worker(pool = 5)]\n    fn fetch(url: String) -> Result<usize> {\n        Ok(url.len())\n    }\n\n    \
                   #[on(returned = fetch)]\n    fn fetched(&self, _: usize) {}\n\n    \
                   #[task]\n    fn push() -> Result<()> {\n        Ok(())\n    }\n}\n\n\
                   #[derive(Default)]\nstruct Primes;\n\n#[worker]\nimpl Primes {\n    \
                   #[call]\n    fn next(&mut self) -> Result<u64> {\n        Ok(2)\n    }\n}\n\n\
                   fn main() -> ExitCode {\n    Hello::main()\n}\n";
    let errors = Application::refused("hello-workers", program);
    let words = [
        ("`workers`", "src/main.rs:6:10"),
        ("#[worker]", "src/main.rs:8:7"),
        ("#[on(returned)]", "src/main.rs:13:10"),
        ("#[task]", "src/main.rs:16:7"),
        ("#[worker]", "src/main.rs:25:1"),
    ];
    for (word, place) in words {
        let told =
            format!("error: {word} needs a feature of daemon-core: write `features = [\"workers\"]` in Cargo.toml\n");
        let at = |part: &str| part.lines().next().is_some_and(|line| line.ends_with(place));
        assert!(errors.split(&told).skip(1).any(at), "{word} at {place}\n{errors}");
    }
    assert!(errors.contains("due to 5 previous errors"), "{errors}");
}

#[test]
fn the_first_program_is_found() {
    let text = "```console\n$ fn main\n```\n```rust\nlet a = 1;\n```\n```rust,no_run\nfn main() {}\n```\n```rust\nfn main() { 2 }\n```\n";
    assert_eq!(first_program(text).as_deref(), Some("fn main() {}\n"));
    assert_eq!(first_program("```rust\nlet a = 1;\n```\n"), None);
    assert_eq!(first_program("```toml\nfn main\n```\n"), None);
}

/// The first block of Rust that holds `fn main`.
fn first_program(markdown: &str) -> Option<String> {
    let mut block: Option<String> = None;
    for line in markdown.lines() {
        match &mut block {
            None if line.starts_with("```") => block = Some(format!("{line}\n")),
            None => {}
            Some(text) if line.trim_end() == "```" => {
                let (fence, code) = text.split_once('\n')?;
                let language = fence.trim_start_matches('`').split(',').next();
                let rust = matches!(language, Some("rust" | "no_run" | ""));
                if rust && code.contains("fn main") {
                    return Some(code.to_owned());
                }
                block = None;
            }
            Some(text) => {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    None
}

/// Builds the program outside the workspace, starts it, sees the first beat, and stops it.
fn builds_and_runs(package: &str, main: &str) {
    let application = Application::build(package, main, "");
    let errors = &application.said;
    assert!(!errors.contains("src/main.rs"), "a hello builds without a warning:\n{main}\n{errors}");
    let lock = application.place().lock();
    let mut command = Command::new(application.program());
    alone(&mut command).arg("--lock").arg(&lock);
    let mut child = Child::spawn(command);
    child.wait_started();
    child.wait_for(" beat 1");
    let ended = child.stop();
    ended.expect_code(0);
    assert_eq!(ended.count("warn:"), 0, "{ended:#?}");
    says_that_it_is_mute(&application.program(), &lock);
}

/// It is built without the feature `systemd`: an init system that waits for its word would wait in vain, so it says that
/// once, and neither where nobody waits nor again after a restart in place.
fn says_that_it_is_mute(program: &str, lock: &Path) {
    let mut command = Command::new(program);
    alone(&mut command).arg("--lock").arg(lock).env("NOTIFY_SOCKET", "/nowhere/at/all");
    let mut child = Child::spawn(command);
    child.wait_started();
    child.signal(Signal::SIGHUP);
    child.wait_for("started again");
    let ended = child.stop();
    ended.expect_code(0);
    let (warnings, said) = (ended.count("warn:"), ended.count("without the feature `systemd`"));
    assert_eq!((warnings, said), (1, 1), "{ended:#?}");
}

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace")
}
