//! Copies the examples, so that tests can take them in with `include!`, which takes no `//!`: those lines become plain
//! comments, and all others stay where they are.

use std::path::Path;
use std::{env, fs};

#[allow(clippy::print_stdout, reason = "how a build script talks to cargo")]
fn main() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let out = env::var("OUT_DIR").expect("cargo names a directory");
    println!("cargo::rerun-if-changed={}", examples.display());
    for name in ["by_hand", "heartbeat", "pulse", "signals", "timers"] {
        let file = format!("{name}.rs");
        let text = fs::read_to_string(examples.join(&file)).expect("an example");
        fs::write(Path::new(&out).join(&file), text.replace("//!", "//")).expect("a copy");
    }
}
