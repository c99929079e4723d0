//! A daemon with a hook on every signal that can be caught.

use daemon_core::prelude::*;

#[derive(Default)]
struct Words;

/// All that have a name.
const NAMED: [Signal; 25] = [
    Signal::HUP,
    Signal::INT,
    Signal::QUIT,
    Signal::TRAP,
    Signal::ABRT,
    Signal::USR1,
    Signal::USR2,
    Signal::PIPE,
    Signal::ALRM,
    Signal::TERM,
    Signal::STKFLT,
    Signal::CHLD,
    Signal::CONT,
    Signal::TSTP,
    Signal::TTIN,
    Signal::TTOU,
    Signal::URG,
    Signal::XCPU,
    Signal::XFSZ,
    Signal::VTALRM,
    Signal::PROF,
    Signal::WINCH,
    Signal::IO,
    Signal::PWR,
    Signal::SYS,
];

impl Daemon for Words {
    fn declare(spec: &mut Spec<Self>) {
        spec.package(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
        spec.name("words");
        spec.setup(|_| Self);
        for signal in NAMED.into_iter().chain((0..30).map(Signal::realtime)) {
            spec.on(signal, move |_, cx| {
                log::info!("own hook of {signal}, cause {:?}.", cx.cause());
            });
        }
        spec.on(Event::signal(), |_, cx| {
            log::info!("common hook, cause {:?}.", cx.cause());
        });
    }
}

fn main() -> ExitCode {
    Words::main()
}
