//! A daemon whose next version may declare another lock: its name is in the file `lock` of the directory `PLACE`. Each
//! image starts a child that ends at once and reaps none, and a timer of it is slower than its restarts may be.

use std::path::PathBuf;

use daemon_core::prelude::*;

struct Restarted;

/// Can not be made where there is a file `broken`, which a trial does not find out.
struct Fragile;

impl Plugin for Fragile {}

fn place() -> PathBuf {
    std::env::var_os("PLACE").map(PathBuf::from).unwrap_or_default()
}

impl Daemon for Restarted {
    fn declare(spec: &mut Spec<Self>) {
        spec.package("restarted", env!("CARGO_PKG_VERSION"));
        spec.interval(duration!("10ms"));
        // Stands for what another version of the program would have written here.
        let lock = std::fs::read_to_string(place().join("lock")).unwrap_or_default();
        spec.lock(Lock::path(place().join(lock.trim()).display().to_string()));
        spec.plugin(|| {
            assert!(!place().join("broken").exists(), "the plugin is broken");
            Fragile
        });
        spec.setup(|_| {
            let command = std::process::Command::new("true").spawn();
            #[allow(clippy::zombie_processes, reason = "that is what is tested")]
            command.map(|_| Self)
        });
        spec.on(Event::shutdown(), |_, _| {
            // A program that is open for writing can not be executed.
            if let Ok(program) = std::fs::read_to_string(place().join("busy")) {
                std::mem::forget(std::fs::OpenOptions::new().append(true).open(program)?);
            }
            Ok::<(), std::io::Error>(())
        });
        spec.every(duration!("1s"), |_, _| log::info!("slow timer"));
        spec.execute(|_, _| {});
    }
}

fn main() -> ExitCode {
    Restarted::main()
}
