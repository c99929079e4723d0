//! The daemon's name, safe to use in paths, keys and lines of other programs' files.

use std::fmt;

use crate::error::{Error, Exit};

/// Longest name.
const LONGEST: usize = 64;

/// A name of letters, digits and `_ . @ -`, at most 64 of them, beginning with a letter or digit. It becomes part of
/// paths and of other programs' files, so it may hold nothing that means something there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    /// Reads a name.
    ///
    /// # Errors
    /// [`Exit::Usage`] with what is wrong.
    pub fn new(text: &str) -> Result<Self, Error> {
        match why_not(text) {
            None => Ok(Self(text.to_owned())),
            Some(why) if text.len() > LONGEST => {
                Err(Error::new(Exit::Usage, format!("name has {} bytes: {why}", text.len())))
            }
            Some(why) => Err(Error::new(Exit::Usage, format!("name {text:?}: {why}"))),
        }
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What to write instead of a text that is no name.
pub(crate) const fn why_not(text: &str) -> Option<&'static str> {
    let bytes = text.as_bytes();
    if bytes.is_empty() {
        return Some("write at least one letter, as in name = \"pulse\"");
    }
    if bytes.len() > LONGEST {
        return Some("write at most 64");
    }
    if !bytes[0].is_ascii_alphanumeric() {
        return Some("begin with a letter or a digit");
    }
    let mut i = 0;
    while i < bytes.len() {
        if !bytes[i].is_ascii_alphanumeric() && !matches!(bytes[i], b'_' | b'.' | b'@' | b'-') {
            return Some("use letters, digits and _ . @ -");
        }
        i += 1;
    }
    None
}

/// A short number for a long name. Not `std`'s hasher: two builds must agree on it, and that one's algorithm may change
/// between releases.
pub(crate) fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A name never leads out of the state directory: fault 115.
    #[test]
    fn fault_115_hostile_names_are_refused() {
        let long = "x".repeat(4096);
        for name in ["", "../x", "/", "a/b", ".", "..", ".hidden", "-d", "a b", "a\nb", "a\0b", "ä", "%h", &long] {
            assert_eq!(Name::new(name).expect_err(name).exit(), Exit::Usage);
        }
        for name in ["pulse", "my_app", "a", "9x", "web@2.example-x", &"x".repeat(64)] {
            assert_eq!(Name::new(name).expect("a good name").as_str(), name);
        }
    }
}
