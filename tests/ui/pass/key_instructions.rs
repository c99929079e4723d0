//! The key `instructions`, in each form.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(instructions = ["Create /var/spool/beats."])]
impl Beats {}

#[derive(Default)]
struct Second;

#[daemon(instructions = [format!("Create {}.", "/var/spool/beats")])]
impl Second {}

fn main() {
    let _: [fn() -> ExitCode; 2] = [Beats::main, Second::main];
}
