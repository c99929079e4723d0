//! Doors for the fuzz targets into what is otherwise private. Only there when fuzzing.

use std::ffi::OsString;

use crate::clock::Wall;
use crate::error::Exit;
use crate::handover::Handover;
#[cfg(feature = "handover")]
use crate::kept::Kept;
use crate::lock::Holder;
use crate::log::record::{self, Source};
#[cfg(feature = "handover")]
use crate::name::fnv1a;
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

/// Reads a handover; one that is believed is written back the same, and its state, whatever it holds, is unpacked or
/// refused.
pub fn handover(bytes: &[u8]) {
    if let Some(handover) = Handover::from_bytes(bytes.to_vec()) {
        let state = handover.state.as_ref();
        let again = [handover.lines(state), state.map(|state| state.bytes.clone()).unwrap_or_default()].concat();
        assert_eq!(Handover::from_bytes(again).as_ref(), Some(&handover));
    }
    #[cfg(feature = "handover")]
    unpack(bytes);
}

/// Takes the bytes for a state whose checksum is right: what a program of another version may have packed.
#[cfg(feature = "handover")]
fn unpack(bytes: &[u8]) {
    use std::any::type_name;
    use std::collections::BTreeMap;

    type State = BTreeMap<String, (Option<u64>, f64, Vec<Vec<String>>, Box<[i8]>, char)>;
    let kind = type_name::<State>().to_owned();
    let kept = Kept { kind, len: bytes.len(), sum: fnv1a(bytes), bytes: bytes.to_vec() };
    if let Ok(state) = kept.read::<State>() {
        let again = Kept::of(&state).and_then(|kept| kept.read::<State>()).map(|state| format!("{state:?}"));
        assert_eq!(again.expect("packed and unpacked"), format!("{state:?}"));
    }
}
