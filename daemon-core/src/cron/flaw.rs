//! What is wrong with a text that should be a cron expression, with a caret line into it.
//!
//! All of it is `const` and without allocation, so that the same words appear while compiling and at run time.

use std::fmt;

use super::{FIELDS, Field, Span};
use crate::caret::Text;

/// Why a text is not a cron expression: what is wrong, and where in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flaw<'a> {
    text: &'a str,
    at: usize,
    len: usize,
    /// The place of the field, from 0.
    field: usize,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Empty,
    TooFew,
    TooMany,
    NotAValue,
    OutOfRange,
    Backwards,
    Step,
    StepOfOne,
    Never,
    Nickname,
    Reboot,
}

impl<'a> Flaw<'a> {
    pub(super) const fn new(text: &'a str, part: Span, field: usize, kind: Kind) -> Self {
        Self { text, at: part.from, len: part.to - part.from, field, kind }
    }

    pub(super) const fn message(&self) -> Text {
        let text = Text::new();
        let text = match self.kind {
            Kind::Empty => {
                return text.push("an empty text is no time: write minute hour day month weekday, as in \"0 3 * * *\"");
            }
            Kind::TooFew => text
                .push("the ")
                .push(self.row().name)
                .push(" is missing: write minute hour day month weekday, as in \"0 3 * * *\""),
            Kind::TooMany => text
                .push("more than five fields: write minute hour day month weekday; for seconds use #[every(\"10s\")]"),
            Kind::Never => text.push("this date never comes: no month that is asked for has this day"),
            Kind::Nickname => {
                text.push("unknown nickname: write @hourly, @daily, @weekly, @monthly or @yearly, or five fields")
            }
            Kind::Reboot => text.push("a daemon has no @reboot: what runs at its start is #[on(init)]"),
            Kind::Backwards => {
                text.push("the range goes backwards: write the smaller one first, or two parts with a comma")
            }
            Kind::Step => text.push("a step is a number from 1 on, as in */5"),
            Kind::StepOfOne => self.step_of_one(text),
            Kind::NotAValue | Kind::OutOfRange => self.value(text),
        };
        text.point_into(self.text, self.at, if self.len == 0 { 1 } else { self.len })
    }

    const fn row(&self) -> &'static Field {
        &FIELDS[self.field]
    }

    const fn value(&self, text: Text) -> Text {
        let row = self.row();
        if self.len == 0 {
            return self.numbers(text.push("a ").push(row.name).push(" is missing here: write "));
        }
        if matches!(self.kind, Kind::OutOfRange) {
            let text = text.push(row.name).push(" `").push_part(self.text, self.at, self.len);
            return self.numbers(text.push("` is out of range: write "));
        }
        let text = text.push("`").push_part(self.text, self.at, self.len).push("` is no ").push(row.name);
        self.numbers(text.push(": write "))
    }

    /// `1 to 12 or JAN to DEC`
    const fn numbers(&self, text: Text) -> Text {
        let Field { first, last, names, .. } = *self.row();
        let text = push_number(push_number(text, first).push(" to "), last);
        match names {
            [] => text,
            [from, .., to] => text.push(" or ").push(from).push(" to ").push(to),
            [_] => text,
        }
    }

    /// `5/10` means nothing in vixie cron, and different things elsewhere.
    const fn step_of_one(&self, text: Text) -> Text {
        let bytes = self.text.as_bytes();
        let mut slash = self.at;
        while bytes[slash] != b'/' {
            slash += 1;
        }
        let text = text
            .push("a step needs a range: write */")
            .push_part(self.text, slash + 1, self.at + self.len - slash - 1)
            .push(" or ")
            .push_part(self.text, self.at, slash - self.at)
            .push("-");
        push_number(text, self.row().last).push_part(self.text, slash, self.at + self.len - slash)
    }
}

/// A number in digits.
const fn push_number(text: Text, number: u8) -> Text {
    let text = if number >= 10 { push_number(text, number / 10) } else { text };
    match std::str::from_utf8(&[b'0' + number % 10]) {
        Ok(digit) => text.push(digit),
        Err(_) => text,
    }
}

impl fmt::Display for Flaw<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message().as_str())
    }
}

impl std::error::Error for Flaw<'_> {}
