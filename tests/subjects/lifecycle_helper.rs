//! A version of `lifecycle` whose first act is to start a helper that outlives it and holds its outputs.

use std::fs::OpenOptions;
use std::io::Write;
use std::process::{Command, ExitCode};

#[path = "lifecycle.rs"]
mod lifecycle;

fn main() -> ExitCode {
    if let Some(path) = std::env::var_os("HELPER") {
        #[allow(clippy::zombie_processes, reason = "it must outlive this program")]
        let helper = Command::new("sleep").arg("1000").spawn().expect("a helper");
        let mut file = OpenOptions::new().append(true).create(true).open(path).expect("a file");
        file.write_all(format!("{}\n", helper.id()).as_bytes()).expect("written");
    }
    lifecycle::main()
}
