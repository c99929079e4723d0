//! The key `log`, in each form.

use daemon_core::prelude::*;

use std::path::PathBuf;

#[derive(Default)]
struct Beats;

#[daemon(log = "/tmp/beats.log")]
impl Beats {}

#[derive(Default)]
struct Second;

#[daemon(log = "/tmp/beats-%Y-%m-%d.log")]
impl Second {}

#[derive(Default)]
struct Third;

#[daemon(log = Self::log_file)]
impl Third {
    fn log_file() -> PathBuf {
        PathBuf::from("/tmp/beats.log")
    }
}

fn main() {
    let _: [fn() -> ExitCode; 3] = [Beats::main, Second::main, Third::main];
}
