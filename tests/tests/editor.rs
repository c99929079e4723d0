//! An editor at half-typed blocks: completion and hover as rust-analyzer gives them.
//!
//! Where rust-analyzer is not installed nothing is tested, and that is said; `tests/run` installs it. May not use the
//! network.

#[path = "editor/lsp.rs"]
mod lsp;

use std::path::{Path, PathBuf};
use std::{env, fs};

use daemon_tests::figure;
use lsp::Server;

/// What stands before each block.
const HEAD: &str = "use daemon_core::prelude::*;\n\n#[derive(Default)]\nstruct Beats {\n    beats: u64,\n}\n\n";
/// What stands behind each block.
const TAIL: &str = "\n\nfn main() -> ExitCode {\n    Beats::main()\n}\n";

/// Half-typed blocks: what it is, the text with `‸` at the cursor, and words that must be offered.
const HALF_TYPED: [(&str, &str, &[&str]); 17] = [
    (
        "a field",
        "#[daemon(interval = \"1s\")]\nimpl Beats {\n    #[execute]\n    fn beat(&mut self) {\n        self.be‸\n    }\n}",
        &["beats"],
    ),
    (
        "a field after the dot alone",
        "#[daemon]\nimpl Beats {\n    #[execute(deadline = \"5s\")]\n    fn beat(&mut self) {\n        self.‸\n    }\n}",
        &["beats"],
    ),
    (
        "a method of the context",
        "#[daemon]\nimpl Beats {\n    #[on(idle)]\n    fn rest(&mut self, cx: &Context) {\n        cx.sto‸\n    }\n}",
        &["stop", "stopping"],
    ),
    (
        "a method of the block",
        "#[daemon]\nimpl Beats {\n    #[every(\"10m\")]\n    fn tidy(&mut self) {\n        self.cou‸\n    }\n\n    fn count(&self) {}\n}",
        &["count"],
    ),
    (
        "a field, while another helper has no end",
        "#[daemon]\nimpl Beats {\n    #[execute]\n    fn beat(&mut self) {\n        self.be‸\n    }\n\n    #[on(sig\n    fn dump(&self) {}\n}",
        &["beats"],
    ),
    (
        "a field, while another function has no body",
        "#[daemon(interval = )]\nimpl Beats {\n    #[execute]\n    fn beat(&mut self) {\n        self.be‸\n    }\n\n    #[on(idle)]\n    fn\n}",
        &["beats"],
    ),
    (
        "a field, while the block has no end",
        "#[daemon(lock = \"file\")]\nimpl Beats {\n    #[execute]\n    fn beat(&mut self) {\n        let x = 1;\n        self.be‸\n",
        &["beats"],
    ),
    ("a signal", "#[daemon]\nimpl Beats {\n    #[on(signal = US‸)]\n    fn dump(&self) {}\n}", &["USR1", "USR2"]),
    ("an event", "#[daemon]\nimpl Beats {\n    #[on(pre_‸)]\n    fn dump(&self) {}\n}", &["pre_execute"]),
    (
        "a lock",
        "#[daemon(interval = \"1s\", lock = fi‸)]\nimpl Beats {\n    #[execute]\n    fn beat(&mut self) {}\n}",
        &["file"],
    ),
    (
        "a policy of one hook",
        "#[daemon]\nimpl Beats {\n    #[execute(deadline = \"5s\", on_error = lo‸)]\n    fn beat(&mut self) {}\n}",
        &["log"],
    ),
    (
        "a constant of one's own",
        "#[daemon]\nimpl Beats {\n    const LONG: Duration = Duration::from_secs(9);\n\n    #[execute(deadline = Self::LO‸)]\n    fn beat(&mut self) {}\n}",
        &["LONG"],
    ),
    (
        "how workers are started",
        "#[daemon]\nimpl Beats {\n    #[worker(pool = 5, spawn = la‸)]\n    fn fetch(url: String) -> Result<u64> {\n        Ok(7)\n    }\n}",
        &["lazy"],
    ),
    (
        "a field of an argument, in a worker",
        "#[daemon]\nimpl Beats {\n    #[worker]\n    fn fetch(of: Beats) -> Result<u64> {\n        Ok(of.be‸)\n    }\n}",
        &["beats"],
    ),
    (
        "a function whose calls are heard of",
        "#[daemon]\nimpl Beats {\n    #[worker]\n    fn fetch(url: String) -> Result<u64> {\n        Ok(7)\n    }\n\n    #[on(returned = fe‸)]\n    fn fetched(&mut self, size: u64) {}\n}",
        &["fetch"],
    ),
    (
        "a field of an object, while another call has no body",
        "#[worker(pool = 4)]\nimpl Beats {\n    #[call]\n    fn sieve(&mut self, from: u64) -> Result<u64> {\n        self.be‸\n    }\n\n    #[call]\n    fn\n}",
        &["beats"],
    ),
    (
        "a function of a call",
        "#[daemon]\nimpl Beats {\n    #[worker]\n    fn fetch(url: String) -> Result<u64> {\n        Ok(7)\n    }\n\n    #[on(idle)]\n    fn ask(&self, cx: &Context) {\n        cx.call(Self::fe‸)\n    }\n}",
        &["fetch"],
    ),
];

/// A whole block: words, and what hovering over them must say.
const WHOLE: &str = "/// Beats.\n#[daemon(interval = \"1.5s\", lock = file)]\nimpl Beats {\n    #[execute(deadline = \"5s\", on_error = log)]\n    fn beat(&mut self) {}\n\n    #[on(signal = USR2)]\n    fn dump(&self) {}\n\n    #[worker(retries = 2, spawn = eager)]\n    fn fetch(url: String) -> Result<u64> {\n        Ok(7)\n    }\n\n    #[on(returned = fetch)]\n    fn fetched(&mut self, size: u64) {}\n}";
const HOVERED: [(&str, &str); 11] = [
    ("interval", "How often execute runs"),
    ("lock", "Who may run"),
    ("file", "A locked file in the state directory"),
    ("deadline", "How long the hook may take"),
    ("log", "The daemon goes on"),
    ("USR2", "Yours."),
    ("execute", "main job"),
    ("worker", "A pool of processes"),
    ("retries", "How often a call"),
    ("eager", "All of them at the start"),
    ("returned", "What to do with a result"),
];

#[test]
fn an_editor_completes_half_typed_blocks_and_explains_words() {
    let folder = scratch();
    let file = folder.join("src/main.rs");
    let Some(mut server) = Server::start(&folder) else {
        figure("editor", "not tested: rust-analyzer is not installed (rustup component add rust-analyzer)");
        return;
    };
    let completed: Vec<String> =
        HALF_TYPED.iter().filter_map(|case| complete(&mut server, &file, case).err()).collect();
    let text = format!("{HEAD}{WHOLE}{TAIL}");
    server.show(&file, &text);
    let explained: Vec<String> =
        HOVERED.iter().filter_map(|case| explain(&mut server, &file, &text, case).err()).collect();
    let (of, right) = (HALF_TYPED.len(), HALF_TYPED.len() - completed.len());
    let (words, known) = (HOVERED.len(), HOVERED.len() - explained.len());
    figure("editor", &format!("completion in {right} of {of} half-typed blocks, hover on {known} of {words} words"));
    assert!(completed.is_empty() && explained.is_empty(), "{completed:#?}\n{explained:#?}");
}

/// Whether the words are offered at the cursor.
fn complete(server: &mut Server, file: &Path, (what, block, words): &(&str, &str, &[&str])) -> Result<(), String> {
    let text = format!("{HEAD}{block}{TAIL}");
    let at = place(&text, text.find('‸').expect("a cursor"));
    server.show(file, &text.replace('‸', ""));
    let answer = server.at("textDocument/completion", file, at);
    let items = answer["items"].as_array().or_else(|| answer.as_array()).cloned().unwrap_or_default();
    let labels: Vec<String> = items.iter().filter_map(|item| Some(item["label"].as_str()?.to_owned())).collect();
    let offered = |word: &str| labels.iter().any(|label| label.split(['(', ' ', '…']).next() == Some(word));
    match words.iter().find(|word| !offered(word)) {
        None => Ok(()),
        Some(word) => Err(format!("{what}: `{word}` is not offered, but {:?}", &labels[..labels.len().min(12)])),
    }
}

/// Whether hovering over a word says this.
fn explain(server: &mut Server, file: &Path, text: &str, (word, says): &(&str, &str)) -> Result<(), String> {
    let block = text.find("#[daemon").expect("the block");
    let is_word = |at: usize| {
        !text[at + word.len()..].starts_with(|next: char| next.is_alphanumeric() || next == '_')
            && !text[..at].ends_with(|last: char| last.is_alphanumeric() || last == '_')
    };
    let found = text[block..].match_indices(word).map(|(at, _)| block + at).find(|at| is_word(*at)).expect("the word");
    let answer = server.at("textDocument/hover", file, place(text, found + 1));
    let said = answer["contents"]["value"].as_str().or_else(|| answer["contents"].as_str()).unwrap_or_default();
    if said.contains(says) { Ok(()) } else { Err(format!("{word}: {answer}")) }
}

/// Line and column, in UTF-16 units as the protocol wants: all of it is ASCII.
fn place(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..at];
    (before.matches('\n').count(), before.len() - before.rfind('\n').map_or(0, |end| end + 1))
}

/// A crate that depends on the core, with an empty program.
fn scratch() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the workspace");
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("editor");
    fs::create_dir_all(folder.join("src")).expect("a folder");
    let core = root.join("daemon-core");
    let manifest = format!(
        "[workspace]\n\n[package]\nname = \"editor\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\ndaemon-core = {{ path = {core:?}, features = [\"workers\"] }}\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest).expect("a manifest");
    fs::write(folder.join("src/main.rs"), format!("{HEAD}{TAIL}")).expect("a program");
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock")).expect("the versions");
    folder
}
