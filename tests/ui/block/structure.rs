//! On the type itself; its use is no second error.

use daemon_core::prelude::*;

#[daemon(interval = "1s")]
#[derive(Default)]
struct Beats;

fn main() -> ExitCode {
    Beats::main()
}
