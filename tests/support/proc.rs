//! What `/proc` tells of another process.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// A field of `/proc/PID/status`, trimmed; empty when the process is gone.
#[must_use]
pub fn status(pid: u32, field: &str) -> String {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':')).unwrap_or_default();
    line.trim().to_owned()
}

/// Where each open descriptor leads.
#[must_use]
pub fn descriptors(pid: u32) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(format!("/proc/{pid}/fd")) else {
        return Vec::new();
    };
    entries.flatten().filter_map(|entry| fs::read_link(entry.path()).ok()).collect()
}

/// How many threads it has.
#[must_use]
pub fn threads(pid: u32) -> usize {
    status(pid, "Threads").parse().unwrap_or(0)
}

/// The process numbers of its children.
#[must_use]
pub fn children(pid: u32) -> Vec<u32> {
    let text = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    text.split_whitespace().filter_map(|number| number.parse().ok()).collect()
}

/// The processes of which an argument names `place`, or something in it.
#[must_use]
pub fn named(place: &Path) -> Vec<u32> {
    let place = place.as_os_str().as_bytes();
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let names = |pid: &u32| {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        line.windows(place.len()).any(|part| part == place)
    };
    numbers.filter(names).collect()
}
