//! Every word a user can write in a setting: read without panic, printed as it was read.
#![no_main]

use daemon_core::duration::{Pretty, parse};
use daemon_core::lock::Name;
use daemon_core::{Lock, Missed, Signal};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match parse(text) {
        Ok(duration) => drop(Pretty(duration).to_string()),
        Err(flaw) => assert!(!flaw.to_string().is_empty()),
    }
    if let Ok(signal) = text.parse::<Signal>() {
        assert_eq!(signal.to_string().parse(), Ok(signal));
    }
    if let Ok(missed) = text.parse::<Missed>() {
        assert_eq!(missed.to_string().parse(), Ok(missed));
    }
    let _ = text.parse::<Lock>();
    if let Ok(name) = Name::new(text) {
        assert!(!name.as_str().contains('/') && !name.as_str().starts_with('.') && name.as_str().len() <= 64);
    }
    daemon_core::fuzzing::holder(text);
});
