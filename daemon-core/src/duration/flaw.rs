//! What is wrong with a text that should be a length of time, with a caret line into it.
//!
//! All of it is `const` and without allocation, so that the same words appear while compiling and at run time.

use std::fmt;

use super::{UNITS, same};
use crate::caret::Text;

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

impl Flaw<'_> {
    pub(super) const fn message(&self) -> Text {
        let word = self.text.as_bytes().split_at(self.at).1;
        let text = Text::new();
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
                let text = text.push("unknown unit `").push_part(self.text, self.at, self.len).push("`");
                match near_unit(word, self.len) {
                    Some(unit) => text.push(", did you mean `").push(unit).push("`?"),
                    None => text.push(": write ns, us, ms, s, m, h, d or w"),
                }
            }
        };
        if matches!(self.kind, Kind::Empty) { text } else { text.point_into(self.text, self.at, self.len) }
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
