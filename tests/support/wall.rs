//! A wall clock that a test sets while the daemon runs; the other clocks stay true.
//!
//! The library that does it is libfaketime, of the Debian package `faketime`. It takes every timer for one of the wall
//! clock, so a daemon under test goes past it for those: see `subjects/past_faketime.rs`.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::{Child, Place};

/// The wall clock of one daemon.
pub struct Clock(PathBuf);

impl Clock {
    /// A clock that shows `text`: an instant at which it stands still (`2026-01-01 00:04:59`), or a difference from the
    /// true time (`+3600`).
    #[must_use]
    pub fn new(place: &Place, text: &str) -> Self {
        let clock = Self(place.file("clock"));
        clock.set(text);
        clock
    }

    /// Sets it; the daemon sees it at once and whole.
    ///
    /// # Panics
    /// When the file can not be written.
    pub fn set(&self, text: &str) {
        let next = self.0.with_extension("next");
        fs::write(&next, format!("{text}\n")).expect("the next clock");
        fs::rename(next, &self.0).expect("the clock");
    }

    /// Starts a daemon that lives by this clock, in Greenwich.
    #[must_use]
    pub fn start(&self, mut command: Command) -> Child {
        command
            .env("LD_PRELOAD", library())
            .env("FAKETIME_TIMESTAMP_FILE", &self.0)
            .env("FAKETIME_NO_CACHE", "1")
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
            .env("TZ", "UTC");
        Child::spawn(command)
    }
}

fn library() -> PathBuf {
    let folders = fs::read_dir("/usr/lib").expect("/usr/lib").flatten();
    let mut places = folders.map(|entry| entry.path().join("faketime/libfaketime.so.1"));
    let found = places.find(|path| path.exists());
    found.expect("no libfaketime.so.1: this test needs the Debian package `faketime`")
}
