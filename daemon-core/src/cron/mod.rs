//! Cron expressions as text: `"0 3 * * *"`, `"*/15 8-18 * * MON-FRI"`, `"@daily"`.
//!
//! One `const` parser reads literals while compiling (through [`cron_line!`](crate::cron_line!)) and texts at run time, so the two
//! can not differ. It decides what an expression may say; *when* that is, with time zones and the hours that a clock
//! change leaves out or doubles, is worked out in `calendar`.

pub(crate) mod calendar;
mod flaw;

use std::fmt;

pub use flaw::Flaw;
use flaw::Kind;

/// A time of day and year that comes again, checked.
///
/// ```
/// use daemon_core::cron::Cron;
///
/// assert!(Cron::new("0 3 * * *").is_ok());
/// assert!(Cron::new("61 * * * *").unwrap_err().to_string().starts_with("minute `61` is out of range"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cron(&'static str);

impl Cron {
    /// Checks an expression: five fields, minute (0–59), hour (0–23), day of the month (1–31), month (1–12 or `JAN`–`DEC`) and
    /// day of the week (0–7 or `SUN`–`SAT`; 0 and 7 are Sunday), each `*`, `a`, `a-b`, with a step as in `*/5` or `8-18/2`, or a
    /// list of those with commas. Or `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`. As in vixie cron, when both the day of
    /// the month and the day of the week are restricted, one of them is enough.
    ///
    /// # Errors
    /// A [`Flaw`] that says what is wrong, with a caret line into the text; also for a date that never comes.
    pub const fn new(text: &'static str) -> Result<Self, Flaw<'static>> {
        match check(text) {
            Ok(()) => Ok(Self(text)),
            Err(flaw) => Err(flaw),
        }
    }

    /// As it was written.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Cron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// A field: what it is called, its least and greatest number, and names for numbers from the least on.
struct Field {
    name: &'static str,
    first: u8,
    last: u8,
    names: &'static [&'static str],
}

const MONTHS: &[&str] = &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS: &[&str] = &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

const FIELDS: [Field; 5] = [
    Field { name: "minute", first: 0, last: 59, names: &[] },
    Field { name: "hour", first: 0, last: 23, names: &[] },
    Field { name: "day of the month", first: 1, last: 31, names: &[] },
    Field { name: "month", first: 1, last: 12, names: MONTHS },
    Field { name: "day of the week", first: 0, last: 7, names: DAYS },
];

const NICKNAMES: &[&str] = &["@hourly", "@daily", "@weekly", "@monthly", "@yearly", "@annually"];

/// Where in the text something stands.
#[derive(Clone, Copy)]
struct Span {
    from: usize,
    to: usize,
}

const fn check(text: &str) -> Result<(), Flaw<'_>> {
    let bytes = text.as_bytes();
    let mut at = skip_blank(bytes, 0);
    if at == bytes.len() {
        return Err(Flaw::new(text, Span { from: 0, to: 0 }, 0, Kind::Empty));
    }
    if bytes[at] == b'@' {
        return nickname(text, at);
    }
    // The numbers that each field allows, as bits.
    let mut allowed = [0u64; 5];
    let (mut field, mut day) = (0, Span { from: 0, to: 0 });
    while field < 5 {
        let word = Span { from: at, to: skip_word(bytes, at) };
        if word.from == word.to {
            return Err(Flaw::new(text, Span { from: 0, to: bytes.len() }, field, Kind::TooFew));
        }
        if field == 2 {
            day = word;
        }
        allowed[field] = match list(text, word, field) {
            Ok(bits) => bits,
            Err(flaw) => return Err(flaw),
        };
        at = skip_blank(bytes, word.to);
        field += 1;
    }
    if at < bytes.len() {
        return Err(Flaw::new(text, Span { from: at, to: bytes.len() }, field, Kind::TooMany));
    }
    let any_week_day = allowed[4] & 0x7F == 0x7F;
    if any_week_day && never(allowed[2], allowed[3]) {
        return Err(Flaw::new(text, day, 2, Kind::Never));
    }
    Ok(())
}

const fn nickname(text: &str, at: usize) -> Result<(), Flaw<'_>> {
    let bytes = text.as_bytes();
    let word = Span { from: at, to: skip_word(bytes, at) };
    let mut i = 0;
    while i < NICKNAMES.len() {
        if same(bytes, word, NICKNAMES[i].as_bytes()) && skip_blank(bytes, word.to) == bytes.len() {
            return Ok(());
        }
        i += 1;
    }
    let kind = if same(bytes, word, b"@reboot") { Kind::Reboot } else { Kind::Nickname };
    Err(Flaw::new(text, Span { from: at, to: bytes.len() }, 0, kind))
}

/// Whether no month that is allowed has a day that is allowed. A leap day does come.
const fn never(days: u64, months: u64) -> bool {
    const LENGTHS: [u32; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 0;
    while month < 12 {
        if months >> (month + 1) & 1 == 1 && days.trailing_zeros() <= LENGTHS[month] {
            return false;
        }
        month += 1;
    }
    true
}

/// Items with commas between them.
const fn list(text: &str, word: Span, field: usize) -> Result<u64, Flaw<'_>> {
    let bytes = text.as_bytes();
    let (mut bits, mut from) = (0, word.from);
    loop {
        let mut to = from;
        while to < word.to && bytes[to] != b',' {
            to += 1;
        }
        bits |= match item(text, Span { from, to }, field) {
            Ok(some) => some,
            Err(flaw) => return Err(flaw),
        };
        if to == word.to {
            return Ok(bits);
        }
        from = to + 1;
    }
}

/// `*`, `a` or `a-b`, perhaps with `/step`.
const fn item(text: &str, item: Span, field: usize) -> Result<u64, Flaw<'_>> {
    let bytes = text.as_bytes();
    let slash = find(bytes, item, b'/');
    let range = Span { from: item.from, to: slash };
    let dash = find(bytes, range, b'-');
    let (first, last) = if same(bytes, range, b"*") {
        (FIELDS[field].first, FIELDS[field].last)
    } else {
        let first = match value(text, Span { from: range.from, to: dash }, field) {
            Ok(number) => number,
            Err(flaw) => return Err(flaw),
        };
        let upto = if dash < range.to { Span { from: dash + 1, to: range.to } } else { range };
        match value(text, upto, field) {
            Ok(last) => (first, last),
            Err(flaw) => return Err(flaw),
        }
    };
    if first > last {
        return Err(Flaw::new(text, range, field, Kind::Backwards));
    }
    let step = Span { from: if slash < item.to { slash + 1 } else { slash }, to: item.to };
    if slash == item.to {
        return Ok(bits(first, last, 1, field));
    }
    if dash == range.to && !same(bytes, range, b"*") {
        return Err(Flaw::new(text, item, field, Kind::StepOfOne));
    }
    match number(bytes, step) {
        Some(by) if by > 0 => Ok(bits(first, last, by, field)),
        _ => Err(Flaw::new(text, item, field, Kind::Step)),
    }
}

const fn bits(first: u8, last: u8, step: u8, field: usize) -> u64 {
    let (mut bits, mut at) = (0u64, first as u16);
    while at <= last as u16 {
        // Sunday is 0 and 7.
        bits |= 1 << if field == 4 { at % 7 } else { at };
        at += step as u16;
    }
    bits
}

/// A number or a name.
const fn value(text: &str, word: Span, field: usize) -> Result<u8, Flaw<'_>> {
    let bytes = text.as_bytes();
    let Field { first, last, names, .. } = FIELDS[field];
    let mut i = 0;
    while i < names.len() {
        if same(bytes, word, names[i].as_bytes()) {
            #[allow(clippy::cast_possible_truncation, reason = "at most twelve names")]
            return Ok(first + i as u8);
        }
        i += 1;
    }
    match number(bytes, word) {
        Some(number) if first <= number && number <= last => Ok(number),
        Some(_) => Err(Flaw::new(text, word, field, Kind::OutOfRange)),
        None => Err(Flaw::new(text, word, field, Kind::NotAValue)),
    }
}

/// One to three digits; what is larger than a byte is 255, which no field allows.
const fn number(bytes: &[u8], word: Span) -> Option<u8> {
    let (mut number, mut i) = (0u8, word.from);
    while i < word.to {
        if !bytes[i].is_ascii_digit() {
            return None;
        }
        number = number.saturating_mul(10).saturating_add(bytes[i] - b'0');
        i += 1;
    }
    if word.from == word.to { None } else { Some(number) }
}

/// Where `what` stands in `word`, or its end.
const fn find(bytes: &[u8], word: Span, what: u8) -> usize {
    let mut at = word.from;
    while at < word.to && bytes[at] != what {
        at += 1;
    }
    at
}

const fn same(bytes: &[u8], word: Span, name: &[u8]) -> bool {
    if word.to - word.from != name.len() {
        return false;
    }
    let mut i = 0;
    while i < name.len() {
        if !bytes[word.from + i].eq_ignore_ascii_case(&name[i]) {
            return false;
        }
        i += 1;
    }
    true
}

const fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

const fn skip_blank(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() && is_blank(bytes[at]) {
        at += 1;
    }
    at
}

const fn skip_word(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() && !is_blank(bytes[at]) {
        at += 1;
    }
    at
}

/// An expression known while compiling. Use it through [`cron_line!`](crate::cron_line!).
///
/// # Panics
/// While compiling, with what is wrong and a caret line into the text.
#[must_use]
#[track_caller]
pub const fn literal(text: &'static str) -> Cron {
    match Cron::new(text) {
        Ok(cron) => cron,
        Err(flaw) => panic!("{}", flaw.message().as_str()),
    }
}

/// A cron expression, checked while compiling: `cron_line!("0 3 * * *")`.
///
/// ```
/// assert_eq!(daemon_core::cron_line!("0 3 * * *").as_str(), "0 3 * * *");
/// ```
/// ```compile_fail
/// let _ = daemon_core::cron_line!("0 25 * * *"); // hour `25` is out of range: write 0 to 23
/// ```
#[macro_export]
macro_rules! cron_line {
    ($text:expr) => {{
        // A nested item, because an inline `const { }` is not evaluated by `cargo check`.
        const CRON: $crate::cron::Cron = $crate::cron::literal($text);
        CRON
    }};
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        for text in [
            "0 3 * * *",
            "*/15 8-18 * * MON-FRI",
            " 5,35\t* 1-7/2 jan,jul sun ",
            "59 23 31 12 7",
            "0 0 29 2 *",
            "0 0 30 2 1",
            "@daily",
            "@HOURLY",
            "1-10/3,40 * * * *",
        ] {
            assert!(Cron::new(text).is_ok(), "{text}: {}", Cron::new(text).unwrap_err());
        }
    }

    #[test]
    fn every_flaw_says_what_to_write() {
        let flaw = |text: &'static str| Cron::new(text).expect_err(text).to_string();
        assert_eq!(flaw("0 25 * * *"), "hour `25` is out of range: write 0 to 23\n    0 25 * * *\n      ^^",);
        assert!(flaw("").starts_with("an empty text"));
        assert!(flaw("* * * *").starts_with("the day of the week is missing"));
        assert!(flaw("* * * * * *").starts_with("more than five fields"));
        assert!(flaw("* * 31 2,4 *").starts_with("this date never comes"));
        assert!(flaw("* * 30 FEB *").starts_with("this date never comes"));
        assert!(flaw("*/0 * * * *").starts_with("a step is a number from 1 on"));
        assert!(flaw("5/10 * * * *").contains("5-59/10"));
        assert!(flaw("30-10 * * * *").starts_with("the range goes backwards"));
        assert!(flaw("* * * MAX *").contains("`MAX` is no month"));
        assert!(flaw("1,,2 * * * *").starts_with("a minute is missing here"));
        assert!(flaw("@reboot").contains("#[on(init)]"));
        assert!(flaw("@midnight").contains("@daily"));
        assert!(flaw("99999 * * * *").contains("out of range"));
        assert!(flaw("* * * * FRI-MON").contains("backwards"));
        assert!(flaw("* * L * *").contains("`L` is no day of the month"));
    }
}
