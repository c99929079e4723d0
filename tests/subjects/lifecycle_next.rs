//! The next version of `lifecycle`: the same daemon under another name.

#[path = "lifecycle.rs"]
mod lifecycle;

fn main() -> std::process::ExitCode {
    lifecycle::main()
}
