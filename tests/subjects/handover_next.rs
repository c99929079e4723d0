//! The next version of `handover_daemon`: its state has another path.

#[path = "handover_daemon.rs"]
mod handover_daemon;

fn main() -> std::process::ExitCode {
    handover_daemon::main()
}
