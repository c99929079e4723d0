//! Doors for the fuzz targets into what is otherwise private. Only there when fuzzing.

use std::ffi::OsString;

use crate::clock::Wall;
use crate::error::Exit;
use crate::handover::Handover;
use crate::lock::Holder;
use crate::log::record::{self, Source};
use crate::spec::Spec;

/// Reads the text of a lock file.
pub fn holder(text: &str) {
    drop(Holder::from_text(text).to_string());
}

/// Reads a command line.
pub fn arguments(arguments: Vec<OsString>) {
    let mut spec = Spec::<()>::default();
    spec.package("fuzz", "0.0.0");
    spec.execute(|(), _| {});
    spec.option("limit", str::parse::<u32>);
    if let Err(error) = crate::cli::read(&mut spec, arguments, |_| {}) {
        assert_eq!(error.exit(), Exit::Usage, "{error}");
    }
    if let Err(error) = spec.plan.check() {
        assert_eq!(error.exit(), Exit::Config, "{error}");
    }
}

/// Writes a log record.
#[must_use]
pub fn record(target: &str, message: &str) -> Vec<u8> {
    let mut lines = Vec::new();
    let source = Source { wall: Wall(0), pid: 1, target, level: log::Level::Info };
    record::write(&mut lines, source, message);
    lines
}

/// Reads a handover; one that is believed is written back the same.
pub fn handover(bytes: &[u8]) {
    if let Some(handover) = Handover::from_bytes(bytes) {
        assert_eq!(Handover::from_bytes(&handover.to_bytes()), Some(handover));
    }
}
