//! The command line: an answer or a proper error, whatever the arguments.
#![no_main]

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|arguments: Vec<Vec<u8>>| {
    daemon_core::fuzzing::arguments(arguments.into_iter().map(OsString::from_vec).collect());
});
