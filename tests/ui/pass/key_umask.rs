//! The key `umask`, in each form.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(umask = 0o027)]
impl Beats {}

#[derive(Default)]
struct Second;

#[daemon(umask = Self::MASK)]
impl Second {
    const MASK: u32 = 0o022;
}

fn main() {
    let _: [fn() -> ExitCode; 2] = [Beats::main, Second::main];
}
