//! Logs from where a log is easily caught in itself: `Display`, `Drop`, a panic hook, a thread's own storage.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use daemon_core::prelude::*;

struct Talks;

impl fmt::Display for Talks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        log::info!("said while formatting: {}", Deeper);
        f.write_str("formatted")
    }
}

struct Deeper;

impl fmt::Display for Deeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        log::info!("said two deep");
        f.write_str("deeper")
    }
}

impl Drop for Talks {
    fn drop(&mut self) {
        log::info!("said while dropping");
    }
}

struct Breaks;

impl fmt::Display for Breaks {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("broke while formatting")
    }
}

/// Returns an error from `Display`, which most formatting turns into a panic.
struct Refuses;

impl fmt::Display for Refuses {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Err(fmt::Error)
    }
}

thread_local! {
    static LAST: Talks = const { Talks };
}

struct Nested;

impl Nested {
    fn all(&mut self, cx: &Context) {
        log::info!("talks: {Talks}");
        let caught = catch_unwind(AssertUnwindSafe(|| log::info!("breaks: {Breaks}")));
        log::info!("broken: {}", caught.is_err());
        let caught = catch_unwind(AssertUnwindSafe(|| log::info!("refuses: {Refuses}")));
        log::info!("refused: {}", caught.is_ok());
        let thread = std::thread::spawn(|| {
            LAST.with(|_| log::info!("said in a thread"));
            panic!("broke in a thread");
        });
        log::info!("thread broken: {}", thread.join().is_err());
        cx.stop();
    }

    /// The author's own panic hook, which logs.
    fn new() -> Self {
        std::panic::set_hook(Box::new(|panic| {
            log::error!("said in a panic hook: {panic}");
            log::error!("said again in a panic hook: {Deeper}");
        }));
        Self
    }
}

impl Drop for Nested {
    fn drop(&mut self) {
        log::info!("said while the state goes: {Talks}");
    }
}

impl Daemon for Nested {
    fn declare(spec: &mut Spec<Self>) {
        spec.package("log-nested", env!("CARGO_PKG_VERSION"));
        spec.setup(|_| Self::new());
        spec.execute(Self::all);
    }
}

fn main() -> ExitCode {
    Nested::main()
}
