//! A program that is built to abort at a panic: nothing can be caught, and nothing needs to be repaired afterwards.

use std::process::Command;

use daemon_tests::{Application, Child, figure, rounds};

/// A daemon that panics at a tick, when it is told to.
const PROGRAM: &str = r#"
use daemon_core::prelude::*;

#[derive(Default)]
struct Brittle { ticks: u64 }

#[daemon(interval = "10ms")]
impl Brittle {
    /// Panic at this tick
    #[option]
    fn panic_at(text: &str) -> Result<u64> { Ok(text.parse()?) }

    #[execute]
    fn tick(&mut self, cx: &Context) {
        self.ticks += 1;
        assert_ne!(cx.option(Self::panic_at), Some(&self.ticks), "told to panic");
        log::info!("tick {} ends", self.ticks);
    }

    #[on(shutdown)]
    fn leave(&self) { log::info!("shutdown"); }
}

fn main() -> ExitCode { Brittle::main() }
"#;

/// Required: it builds and runs; `--explain` says what a panic does; a panic is told, and ends the process by SIGABRT
/// with no teardown; the next start takes the lock without any repair.
#[test]
fn fault_102_a_panic_that_aborts_leaves_nothing_behind() {
    let application = Application::build("brittle", PROGRAM, "\n[profile.dev]\npanic = \"abort\"\n");
    let start = |arguments: &[&str]| {
        let mut command = Command::new(application.program());
        command.arg("--lock").arg(application.place().lock()).args(arguments);
        // A place for the core file, if the machine writes any: it goes with the application.
        command.current_dir(application.place().path());
        Child::spawn(command)
    };
    let explained = start(&["--explain"]).wait();
    explained.expect_code(0);
    let text = explained.lines.join("\n");
    for word in ["panic = \"abort\"", "SIGABRT", "no teardown", "The kernel frees the lock"] {
        assert!(text.contains(word), "no {word:?} in {text}");
    }
    let full = rounds(200);
    for _ in 0..full {
        let ended = start(&["--panic-at", "3"]).wait();
        assert_eq!((ended.code, ended.signal), (None, Some(libc::SIGABRT)), "{ended:#?}");
        assert_eq!((ended.count("tick 2 ends"), ended.count("tick 3 ends"), ended.count("shutdown")), (1, 0, 0));
        assert_eq!(ended.count("panic at src/main.rs:"), 1, "{ended:#?}");
        let mut next = start(&[]);
        next.wait_for("tick 1 ends");
        assert_eq!(next.stop().expect_code(0).count("shutdown"), 1);
    }
    figure(
        "fault_102",
        &format!("panic = \"abort\": SIGABRT and a next start without repair in {full} of {full} rounds"),
    );
}
