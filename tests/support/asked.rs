//! What a test asks of a daemon under test.

/// The value of the environment variable `name`, if it is there and can be read.
#[must_use]
pub fn asked<T: std::str::FromStr>(name: &str) -> Option<T> {
    std::env::var(name).ok()?.parse().ok()
}
