//! Lengths of time as text: `"1.5s"`, `"250ms"`, `"1h 30m"`.
//!
//! One `const` parser reads literals while compiling (through [`duration!`](crate::duration!)) and flags at run time,
//! so the two can not differ. It may not allocate.

mod flaw;
mod pretty;

use std::time::Duration;

pub use flaw::Flaw;
use flaw::Kind;
pub use pretty::Pretty;

/// Units by name, with their length in nanoseconds. The first name of a length is the one we print.
const UNITS: &[(&str, u64)] = &[
    ("ns", 1),
    ("nsec", 1),
    ("nanosecond", 1),
    ("nanoseconds", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("usec", 1_000),
    ("microsecond", 1_000),
    ("microseconds", 1_000),
    ("ms", 1_000_000),
    ("msec", 1_000_000),
    ("millisecond", 1_000_000),
    ("milliseconds", 1_000_000),
    ("s", SECOND),
    ("sec", SECOND),
    ("secs", SECOND),
    ("second", SECOND),
    ("seconds", SECOND),
    ("m", 60 * SECOND),
    ("min", 60 * SECOND),
    ("mins", 60 * SECOND),
    ("minute", 60 * SECOND),
    ("minutes", 60 * SECOND),
    ("h", 3_600 * SECOND),
    ("hr", 3_600 * SECOND),
    ("hrs", 3_600 * SECOND),
    ("hour", 3_600 * SECOND),
    ("hours", 3_600 * SECOND),
    ("d", 86_400 * SECOND),
    ("day", 86_400 * SECOND),
    ("days", 86_400 * SECOND),
    ("w", 7 * 86_400 * SECOND),
    ("week", 7 * 86_400 * SECOND),
    ("weeks", 7 * 86_400 * SECOND),
];

const SECOND: u64 = 1_000_000_000;

/// Reads a length of time: one or more of NUMBER UNIT (`1h 30m`, `1.5s`, `250 ms`), or a bare `0`.
///
/// Units: `ns`, `us` (`µs`), `ms`, `s`, `m`, `h`, `d`, `w`, or spelled out (`10 minutes`). A number needs its unit: `5`
/// alone is refused, since nobody can tell what was meant.
///
/// ```
/// use std::time::Duration;
/// assert_eq!(daemon_core::duration::parse("1.5s"), Ok(Duration::from_millis(1500)));
/// assert_eq!(daemon_core::duration::parse("1h 30m"), Ok(Duration::from_secs(5400)));
/// assert!(daemon_core::duration::parse("1.5 sx").unwrap_err().to_string().starts_with("unknown unit `sx`"));
/// ```
///
/// # Errors
/// A [`Flaw`] that says what is wrong, with a caret line into the text.
pub const fn parse(text: &str) -> Result<Duration, Flaw<'_>> {
    let bytes = text.as_bytes();
    let mut at = skip_blank(bytes, 0);
    if at == bytes.len() {
        return Err(Flaw { text, at: 0, len: 1, kind: Kind::Empty });
    }
    if is_bare_zero(bytes, at) {
        return Ok(Duration::ZERO);
    }
    let mut total: u64 = 0;
    while at < bytes.len() {
        let (nanos, next) = match term(text, at) {
            Ok(done) => done,
            Err(flaw) => return Err(flaw),
        };
        total = match total.checked_add(nanos) {
            Some(sum) => sum,
            None => {
                return Err(Flaw { text, at, len: next - at, kind: Kind::TooLong });
            }
        };
        at = skip_blank(bytes, next);
    }
    Ok(Duration::from_nanos(total))
}

/// One NUMBER UNIT from `at` on: its nanoseconds, and where it ends.
const fn term(text: &str, at: usize) -> Result<(u64, usize), Flaw<'_>> {
    let bytes = text.as_bytes();
    let whole_end = skip_digits(bytes, at);
    let mut number_end = whole_end;
    if number_end < bytes.len() && bytes[number_end] == b'.' {
        number_end = skip_digits(bytes, whole_end + 1);
        if number_end == whole_end + 1 {
            return Err(Flaw { text, at, len: number_end - at, kind: Kind::NoNumber });
        }
    }
    if whole_end == at {
        return Err(Flaw { text, at, len: 1, kind: Kind::NoNumber });
    }
    let unit_at = skip_blank(bytes, number_end);
    let unit_end = skip_word(bytes, unit_at);
    if unit_end == unit_at {
        return Err(Flaw { text, at, len: number_end - at, kind: Kind::NoUnit });
    }
    let Some(unit) = unit_length(bytes, unit_at, unit_end) else {
        return Err(Flaw { text, at: unit_at, len: unit_end - unit_at, kind: Kind::UnknownUnit });
    };
    match scale(bytes, at, whole_end, number_end, unit) {
        Ok(nanos) => Ok((nanos, unit_end)),
        Err(kind) => Err(Flaw { text, at, len: number_end - at, kind }),
    }
}

/// The digits `from..whole_end`, a point, and the digits up to `end`, times `unit`, in integers throughout.
const fn scale(bytes: &[u8], from: usize, whole_end: usize, end: usize, unit: u64) -> Result<u64, Kind> {
    let mut whole: u64 = 0;
    let mut i = from;
    while i < whole_end {
        whole = match whole.checked_mul(10) {
            Some(tens) => tens,
            None => return Err(Kind::TooLong),
        };
        whole = match whole.checked_add((bytes[i] - b'0') as u64) {
            Some(sum) => sum,
            None => return Err(Kind::TooLong),
        };
        i += 1;
    }
    let Some(nanos) = whole.checked_mul(unit) else {
        return Err(Kind::TooLong);
    };
    match fraction(bytes, whole_end + 1, end, unit) {
        Ok(part) => match nanos.checked_add(part) {
            Some(sum) => Ok(sum),
            None => Err(Kind::TooLong),
        },
        Err(kind) => Err(kind),
    }
}

/// The digits behind the point, `from..end`, times `unit`: exact, or refused.
const fn fraction(bytes: &[u8], from: usize, mut end: usize, unit: u64) -> Result<u64, Kind> {
    while end > from && bytes[end - 1] == b'0' {
        end -= 1;
    }
    if end <= from {
        return Ok(0);
    }
    // The longest unit is 2^16 × 5^11 × 189 ns: no whole number of nanoseconds has more digits behind the point.
    if end - from > 16 {
        return Err(Kind::TooFine);
    }
    let (mut digits, mut scale) = (0u128, 1u128);
    let mut i = from;
    while i < end {
        digits = digits * 10 + (bytes[i] - b'0') as u128;
        scale *= 10;
        i += 1;
    }
    let nanos = digits * unit as u128;
    if !nanos.is_multiple_of(scale) {
        return Err(Kind::TooFine);
    }
    #[allow(clippy::cast_possible_truncation, reason = "less than one unit, which is a u64")]
    let part = (nanos / scale) as u64;
    Ok(part)
}

const fn skip_blank(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() && bytes[at] == b' ' {
        at += 1;
    }
    at
}

const fn skip_digits(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() && bytes[at].is_ascii_digit() {
        at += 1;
    }
    at
}

/// Letters, and whatever is not ASCII (`µ`), so that an unknown unit is shown whole.
const fn skip_word(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() && (bytes[at].is_ascii_alphabetic() || bytes[at] >= 0x80) {
        at += 1;
    }
    at
}

const fn is_bare_zero(bytes: &[u8], at: usize) -> bool {
    bytes[at] == b'0' && skip_blank(bytes, at + 1) == bytes.len()
}

const fn unit_length(bytes: &[u8], from: usize, to: usize) -> Option<u64> {
    let mut i = 0;
    while i < UNITS.len() {
        if same(bytes, from, to, UNITS[i].0.as_bytes()) {
            return Some(UNITS[i].1);
        }
        i += 1;
    }
    None
}

const fn same(bytes: &[u8], from: usize, to: usize, name: &[u8]) -> bool {
    if to - from != name.len() {
        return false;
    }
    let mut i = 0;
    while i < name.len() {
        if bytes[from + i] != name[i] {
            return false;
        }
        i += 1;
    }
    true
}

/// A length of time known while compiling. Use it through [`duration!`](crate::duration!).
///
/// # Panics
/// While compiling, with what is wrong and a caret line into the text.
#[must_use]
#[track_caller]
pub const fn literal(text: &str) -> Duration {
    match parse(text) {
        Ok(duration) => duration,
        Err(flaw) => panic!("{}", flaw.message().as_str()),
    }
}

/// A length of time, checked while compiling: `duration!("1.5s")`.
///
/// ```
/// assert_eq!(daemon_core::duration!("250ms").as_millis(), 250);
/// ```
/// ```compile_fail
/// let _ = daemon_core::duration!("1.5 sx"); // unknown unit `sx`, did you mean `s`?
/// ```
#[macro_export]
macro_rules! duration {
    ($text:expr) => {{
        // A nested item, because an inline `const { }` is not evaluated by `cargo check`.
        const DURATION: ::core::time::Duration = $crate::duration::literal($text);
        DURATION
    }};
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ok(text: &str) -> Duration {
        parse(text).unwrap_or_else(|flaw| panic!("{text}: {flaw}"))
    }

    #[test]
    fn reads_what_people_write() {
        assert_eq!(ok("1.5s"), Duration::from_millis(1500));
        assert_eq!(ok("100us"), Duration::from_micros(100));
        assert_eq!(ok("100µs"), Duration::from_micros(100));
        assert_eq!(ok(" 1h 30m "), Duration::from_secs(5400));
        assert_eq!(ok("1h30m"), Duration::from_secs(5400));
        assert_eq!(ok("2 days"), Duration::from_secs(172_800));
        assert_eq!(ok("0.1 seconds"), Duration::from_millis(100));
        assert_eq!(ok("0"), Duration::ZERO);
        assert_eq!(ok("1.000000000000s"), Duration::from_secs(1));
        assert_eq!(ok("3.040500070005 weeks"), Duration::from_nanos(1_838_894_442_339_024));
        assert_eq!(ok("0.000000001s"), Duration::from_nanos(1));
    }

    #[test]
    fn every_flaw_says_what_to_write() {
        let flaw = |text: &str| parse(text).expect_err(text).to_string();
        assert_eq!(flaw("1.5 sx"), "unknown unit `sx`, did you mean `s`?\n    1.5 sx\n        ^^");
        assert!(flaw("5").starts_with("a number needs its unit"));
        assert!(flaw("").starts_with("an empty text"));
        assert!(flaw("s").starts_with("expected a number"));
        assert!(flaw("1.s").starts_with("expected a number"));
        assert!(flaw("-1s").starts_with("expected a number"));
        assert!(flaw("3M").contains("did you mean `m`"));
        for text in ["1.5ns", "0.0000000001us", "1.001ns", "0.00000000000001w"] {
            assert!(flaw(text).starts_with("finer"), "{text}");
        }
        assert_eq!(flaw("2µx"), "unknown unit `µx`: write ns, us, ms, s, m, h, d or w\n    2µx\n     ^^");
    }

    /// Extreme numbers are refused, never wrapped: fault 71.
    #[test]
    fn fault_071_extreme_numbers_are_refused() {
        for text in
            ["NaN", "inf", "1e308s", "1e3s", "-0s", "99999999999999999999s", "600000000000d", "18446744073709551616ns"]
        {
            assert!(parse(text).is_err(), "{text}");
        }
        assert_eq!(ok("18446744073709551615ns"), Duration::from_nanos(u64::MAX));
        assert!(parse("18446744073709551615ns 1ns").is_err());
    }

    #[test]
    fn prints_what_it_reads() {
        for text in ["1.5s", "250ms", "100us", "1h 30m", "2d", "1m 30s", "0s", "10m", "7ns", "12h"] {
            assert_eq!(Pretty(if text == "0s" { Duration::ZERO } else { ok(text) }).to_string(), text);
        }
    }
}
