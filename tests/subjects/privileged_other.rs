//! A version of `privileged` that declares another user.

#[path = "privileged.rs"]
mod privileged;

fn main() -> std::process::ExitCode {
    privileged::main()
}
