//! A version of `lifecycle` that does something before anything else, as a library's initialisation might: it starts a
//! helper that outlives it and holds its outputs, prints, or never comes to an end.

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
    if let Ok(text) = std::env::var("GREETING") {
        let _ = std::io::stdout().write_all(text.as_bytes());
    }
    if let Some(path) = std::env::var_os("STUCK") {
        std::fs::write(path, std::process::id().to_string()).expect("written");
        loop {
            std::thread::park();
        }
    }
    lifecycle::main()
}
