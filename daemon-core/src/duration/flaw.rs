//! What is wrong with a text that should be a length of time, with a caret line into it.
//!
//! All of it is `const` and without allocation, so that the same words appear while compiling and at run time.

use std::fmt;

use super::{UNITS, same};

/// Why a text is not a length of time: what is wrong, and where in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flaw<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
    pub(super) len: usize,
    pub(super) kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Empty,
    NoNumber,
    NoUnit,
    UnknownUnit,
    TooLong,
    TooFine,
}

/// A short text built without allocation, so that a `const` panic can carry it.
#[derive(Clone, Copy)]
pub(super) struct Text {
    bytes: [u8; 400],
    len: usize,
}

impl Text {
    const fn push(mut self, text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut i = 0;
        // A very long literal is cut: the caret line of a page-long text helps nobody.
        while i < bytes.len() && self.len < self.bytes.len() {
            self.bytes[self.len] = bytes[i];
            self.len += 1;
            i += 1;
        }
        self
    }

    pub(super) const fn as_str(&self) -> &str {
        let mut end = self.len;
        loop {
            match std::str::from_utf8(self.bytes.split_at(end).0) {
                Ok(text) => return text,
                // Cut inside a character: give up its first bytes.
                Err(_) => end -= 1,
            }
        }
    }
}

impl Flaw<'_> {
    pub(super) const fn message(&self) -> Text {
        let word = self.text.as_bytes().split_at(self.at).1;
        let text = Text { bytes: [0; 400], len: 0 };
        let text = match self.kind {
            Kind::Empty => {
                text.push("an empty text is no length of time: write a number with its unit, as in \"1.5s\"")
            }
            Kind::NoNumber => text.push("expected a number here: write a number with its unit, as in \"1.5s\""),
            Kind::NoUnit => {
                text.push("a number needs its unit: write ns, us, ms, s, m, h, d or w after it, as in \"1.5s\"")
            }
            Kind::TooLong => text.push("too long: at most 584 years can be counted"),
            Kind::TooFine => text.push("finer than a nanosecond"),
            Kind::UnknownUnit => {
                let text = text.push("unknown unit `").push(utf8(word.split_at(self.len).0)).push("`");
                match near_unit(word, self.len) {
                    Some(unit) => text.push(", did you mean `").push(unit).push("`?"),
                    None => text.push(": write ns, us, ms, s, m, h, d or w"),
                }
            }
        };
        self.with_caret(text)
    }

    const fn with_caret(&self, mut text: Text) -> Text {
        if matches!(self.kind, Kind::Empty) {
            return text;
        }
        text = text.push("\n    ").push(self.text).push("\n    ");
        let bytes = self.text.as_bytes();
        let mut i = 0;
        while i < bytes.len() && i < self.at + self.len {
            // Bytes inside a character take no column of their own.
            if bytes[i] & 0xC0 != 0x80 {
                text = text.push(if i < self.at { " " } else { "^" });
            }
            i += 1;
        }
        text
    }
}

const fn utf8(bytes: &[u8]) -> &str {
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => "?",
    }
}

/// The longest known unit that `word` begins with, else the one-letter unit with the same letter in the other case.
const fn near_unit(word: &[u8], len: usize) -> Option<&'static str> {
    let mut cut = len;
    while cut > 0 {
        let mut i = 0;
        while i < UNITS.len() {
            if same(word, 0, cut, UNITS[i].0.as_bytes()) {
                return Some(UNITS[i].0);
            }
            i += 1;
        }
        cut -= 1;
    }
    let mut i = 0;
    while i < UNITS.len() {
        let name = UNITS[i].0.as_bytes();
        if name.len() == 1 && name[0] == word[0].to_ascii_lowercase() {
            return Some(UNITS[i].0);
        }
        i += 1;
    }
    None
}

impl fmt::Display for Flaw<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message().as_str())
    }
}

impl std::error::Error for Flaw<'_> {}
