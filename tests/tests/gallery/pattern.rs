//! Whether a line of a transcript stands for a line of a program.
//!
//! Time stamps agree with any time stamp of the same form. A process number in a transcript stands for one process:
//! where it appears again, the same must. `[..]` is anything within a line. All else must be equal.

/// Which process each number of the transcript stands for.
#[derive(Default)]
pub struct Processes(Vec<(String, String)>);

/// Anything within a line.
const ANYTHING: &str = "[..]";
/// What becomes of a time stamp without and with its fraction; no transcript can write that itself.
const TIME: &str = "\u{1}time";
const FINE_TIME: &str = "\u{1}fine time";
const DAY_AND_TIME: &[u8] = b"dddd-dd-dd dd:dd:dd";

impl Processes {
    /// Whether the line is the expected one. Learns from it when it is.
    pub fn agree(&mut self, expected: &str, line: &str) -> bool {
        let (expected, line) = (without_times(expected), without_times(line));
        let (Some((head, number, expected)), Some((actual_head, actual, line))) =
            (split_number(&expected), split_number(&line))
        else {
            return fits(&self.translate(&expected), &line);
        };
        let known = self.0.iter().find(|(name, _)| name == number);
        let taken = self.0.iter().any(|(_, process)| process == actual);
        let same = known.map_or(!taken, |(_, process)| process == actual) && head == actual_head;
        let known = known.is_some();
        let agrees = same && fits(&self.translate(expected), line);
        if agrees && !known {
            self.0.push((number.to_owned(), actual.to_owned()));
        }
        agrees
    }

    /// Puts the real numbers in the place of the transcript's.
    fn translate(&self, expected: &str) -> String {
        let words: Vec<&str> = expected.split(' ').map(|word| self.real(word)).collect();
        words.join(" ")
    }

    fn real<'a>(&'a self, word: &'a str) -> &'a str {
        let known = self.0.iter().find(|(name, _)| name == word);
        known.map_or(word, |(_, process)| process)
    }
}

/// `[TIME] 4242 …` and `[1] 4242`: what is in brackets, the number, and all after it.
fn split_number(line: &str) -> Option<(&str, &str, &str)> {
    let (head, rest) = line.strip_prefix('[')?.split_once("] ")?;
    if head != FINE_TIME && head.parse::<u32>().is_err() {
        return None;
    }
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    (end > 0).then(|| (head, &rest[..end], &rest[end..]))
}

/// Replaces `2026-11-20 07:15:59.123 +01:00`, with or without the fraction, wherever it stands.
fn without_times(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(next) = rest.chars().next() {
        if let Some((len, name)) = time_at(rest.as_bytes()) {
            out.push_str(name);
            rest = &rest[len..];
        } else {
            out.push(next);
            rest = &rest[next.len_utf8()..];
        }
    }
    out
}

/// The length of the time stamp at the beginning of `text`, and what becomes of it.
fn time_at(text: &[u8]) -> Option<(usize, &'static str)> {
    let like = |at: usize, form: &[u8]| {
        let part = text.get(at..at + form.len())?;
        let same = |(byte, form): (&u8, &u8)| match form {
            b'd' => byte.is_ascii_digit(),
            b'+' => matches!(byte, b'+' | b'-'),
            _ => byte == form,
        };
        part.iter().zip(form).all(same).then_some(at + form.len())
    };
    let end = like(0, DAY_AND_TIME)?;
    let (end, name) = like(end, b".ddd").map_or((end, TIME), |end| (end, FINE_TIME));
    Some((like(end, b" +dd:dd")?, name))
}

/// Compares with `[..]` for anything.
fn fits(expected: &str, line: &str) -> bool {
    let mut parts = expected.split(ANYTHING);
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = line.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[test]
fn anything_is_anything_within_its_place() {
    assert!(fits("a [..] c", "a b c") && fits("[..]", "") && fits("a[..]b[..]c", "a1b2b3c"));
    assert!(!fits("a [..] c", "a b c d") && !fits("a", "ab") && !fits("a[..]b[..]c", "a1c"));
    // What stands before and after may not share a character.
    assert!(!fits("ab[..]bc", "abc"));
}

#[test]
fn times_agree_by_their_form() {
    let mut processes = Processes::default();
    let expected = "[2026-11-20 07:15:59.123 +01:00] 42 daemon started";
    assert!(processes.agree(expected, "[2031-01-02 00:00:00.000 -11:30] 77 daemon started"));
    assert!(!processes.agree(expected, "[2031-01-02 00:00:00 -11:30] 77 daemon started"));
    assert!(!processes.agree(expected, "[2031-01-02 00:00:00.00 -11:30] 77 daemon started"));
    assert!(!processes.agree(expected, "[2031-01-02 00:00:00.000 -11:30] 77 daemon stopped"));
}

#[test]
fn a_process_number_stands_for_one_process() {
    let mut processes = Processes::default();
    assert!(processes.agree("[1] 4242", "[1] 77"));
    assert!(processes.agree("held by pid 4242 alone", "held by pid 77 alone"));
    assert!(!processes.agree("held by pid 4242 alone", "held by pid 78 alone"));
    assert!(!processes.agree("[2] 4242", "[2] 78"));
    assert!(!processes.agree("[2] 4243", "[1] 78"));
    assert!(!processes.agree("[2] 4243", "[2] 77"));
    assert!(processes.agree("[2] 4243", "[2] 78"));
}
