//! What a subject is told through the environment, and the file of native `u64`s it leaves.

use std::io;
use std::str::FromStr;

/// A number from the environment.
pub fn number<T: FromStr>(key: &str, otherwise: T) -> T {
    std::env::var(key).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// A vector whose pages are there before it is filled, so that no stamp pays for one.
pub fn room(len: usize) -> Vec<u64> {
    let mut values = vec![1; len];
    values.clear();
    values
}

/// Writes the values to the file named by `BENCH_OUT`.
pub fn write(values: &[u64]) -> io::Result<()> {
    let path = std::env::var_os("BENCH_OUT").ok_or_else(|| io::Error::other("BENCH_OUT is not set"))?;
    let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_ne_bytes()).collect();
    std::fs::write(path, bytes)
}
