//! What signals do: to the framework, and to you.
//!
//! `cargo run --example signals`, then from another terminal `kill -USR2 PID`, `kill -USR1 PID`, `kill PID`.

use daemon_core::prelude::*;

#[derive(Default)]
struct Signals {
    heard: u32,
}

/// Waits for signals; nothing is executed in between.
#[daemon(name = "signals")]
impl Signals {
    /// Count one.
    #[on(signal = "USR2")]
    fn count(&mut self) {
        self.heard += 1;
        log::info!("USR2 number {}", self.heard);
    }

    /// Whatever else arrives.
    #[on(signal = "WINCH")]
    #[on(signal = Signal::realtime(1))]
    fn other(&self, cx: &Context) {
        if let Cause::Signal(signal) = cx.cause() {
            log::info!("{signal}, after {} of USR2", self.heard);
        }
    }

    /// INT and TERM stop the daemon by themselves; this is where it says goodbye.
    #[on(shutdown)]
    fn goodbye(&self) {
        log::info!("goodbye after {} of USR2", self.heard);
    }
}

fn main() -> ExitCode {
    Signals::main()
}
