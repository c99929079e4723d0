//! Copies the examples, so that tests can take them in with `include!`, which takes no `//!`: those lines become plain
//! comments, and all others stay where they are.

use std::path::Path;
use std::{env, fs};

#[allow(clippy::print_stdout, reason = "how a build script talks to cargo")]
fn main() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let out = env::var("OUT_DIR").expect("cargo names a directory");
    println!("cargo::rerun-if-changed={}", examples.display());
    for path in fs::read_dir(&examples).expect("the examples").map(|entry| entry.expect("an entry").path()) {
        if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("an example");
            let copy = Path::new(&out).join(path.file_name().expect("a name"));
            fs::write(copy, text.replace("//!", "//")).expect("a copy");
        }
    }
}
