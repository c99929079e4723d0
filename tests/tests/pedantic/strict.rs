//! A daemon that says everything, in a crate whose author allows nothing.
#![deny(warnings, future_incompatible, keyword_idents, let_underscore, rust_2018_idioms, unused)]
#![deny(missing_debug_implementations, missing_docs, trivial_casts, trivial_numeric_casts, unreachable_pub, unsafe_code)]
#![deny(unused_import_braces, unused_lifetimes, unused_qualifications, single_use_lifetimes, elided_lifetimes_in_paths)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery, clippy::cargo)]
#![allow(clippy::cargo_common_metadata, clippy::multiple_crate_versions, reason = "nothing of the code")]

use daemon_core::prelude::*;

/// Its state.
#[derive(Debug)]
struct Strict<T> {
    beats: u64,
    of: T,
}

/// Says all.
#[daemon(
    name = "strict",
    interval = "1.5s",
    lock = path("/run/strict/strict.lock"),
    log = Self::log_file,
    missed = burst(3),
    idle = 0.25,
    restart = "12h",
    restart_jitter = "30m",
    on_error = log,
    instructions = ["Create /var/spool/strict."],
    help = "No help."
)]
impl<T: Default + std::fmt::Debug + 'static> Strict<T> {
    const DAY: Duration = duration!("1d");

    fn log_file() -> std::path::PathBuf {
        "/var/log/strict.log".into()
    }

    #[setup]
    fn open(cx: &Context) -> Self {
        let beats = cx.option(Self::beats).copied().unwrap_or_default();
        Self { beats, of: T::default() }
    }

    /// One beat.
    #[execute(deadline = "6s", on_error = stop)]
    fn beat(&mut self, cx: &Context) -> std::io::Result<()> {
        self.beats += 1;
        log::info!("beat {} of {:?}, {:?} left", self.beats, self.of, cx.time_left());
        std::fs::write("/var/spool/strict", self.beats.to_string())
    }

    #[on(signal = USR2, on_error = log)]
    #[on(idle, deadline = "1s")]
    #[on(shutdown)]
    fn say(&self) {
        log::info!("{} beats of {:?}", self.beats, self.of);
    }

    #[every("10m", deadline = Self::DAY)]
    #[every(Self::DAY)]
    const fn reset(&mut self) {
        self.beats = 0;
    }

    /// Begin with so many beats.
    #[option]
    fn beats(text: &str) -> std::result::Result<u64, std::num::ParseIntError> {
        text.parse()
    }

    #[plugin]
    const fn nothing() -> Nothing {
        Nothing
    }
}

/// A plugin.
#[derive(Debug)]
struct Nothing;

impl Plugin for Nothing {}

/// Begins with `Default`.
#[derive(Debug, Default)]
struct Plain;

#[daemon]
impl Plain {}

fn main() -> ExitCode {
    if std::env::args_os().len() > 9 {
        return Plain::main();
    }
    Strict::<u8>::main()
}
