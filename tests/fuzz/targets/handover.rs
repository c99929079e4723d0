//! What the old image hands to the new: anything doubtful is not believed, and nothing panics.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| daemon_core::fuzzing::handover(bytes));
