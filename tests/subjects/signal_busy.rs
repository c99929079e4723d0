//! A daemon that never sleeps, with a thread that sends it a signal as soon as the last one was heard.

use std::sync::atomic::{AtomicUsize, Ordering};

use daemon_core::prelude::*;

/// How many signals the hook has heard.
static HEARD: AtomicUsize = AtomicUsize::new(0);

#[derive(Default)]
struct Busy;

fn count(text: &str) -> Result<usize, std::num::ParseIntError> {
    text.parse()
}

/// Sends itself one signal after the other, each once the one before has been heard, then asks for a stop.
fn send(count: usize) {
    for sent in 0..count {
        // SAFETY: no memory is passed; the signal has a handler.
        unsafe { libc::raise(libc::SIGUSR2) };
        while HEARD.load(Ordering::Acquire) <= sent {
            std::hint::spin_loop();
        }
    }
    log::info!("heard all {count}");
    // SAFETY: as above.
    unsafe { libc::raise(libc::SIGTERM) };
}

impl Daemon for Busy {
    fn declare(spec: &mut Spec<Self>) {
        spec.package(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
        spec.name("busy");
        spec.option("count", count);
        spec.setup(|_| Self);
        spec.execute(|_, _| {});
        spec.on(Event::init(), |_, cx| {
            let count = cx.option(count).copied().unwrap_or(1);
            std::thread::spawn(move || send(count));
        });
        spec.on(Signal::USR2, |_, _| {
            HEARD.fetch_add(1, Ordering::Release);
        });
    }
}

fn main() -> ExitCode {
    Busy::main()
}
