//! One record as text: `[2026-11-20 07:15:59.123 +01:00] PID label message`, and nothing in a message can look like
//! another record.

use std::cell::RefCell;
use std::fmt::Write;

use log::Level;

use crate::clock::Wall;
use crate::sys::local_time::{self, LocalTime};

/// The longest line, with its newline: what one write to a pipe takes whole. A longer record becomes several lines,
/// each with the full prefix and a `+` behind the label.
pub(crate) const LONGEST_LINE: usize = 4096;
/// The longest message; the rest is cut and its length told.
const LONGEST_MESSAGE: usize = 256 * 1024;
/// The longest label.
const LONGEST_LABEL: usize = 64;

thread_local! {
    /// The stamp of the current second: local time costs more than the rest of a line together.
    static STAMP: RefCell<Stamp> = const { RefCell::new(Stamp::new()) };
}

struct Stamp {
    second: u64,
    head: String,
    zone: String,
}

/// Where a record comes from.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    pub(crate) wall: Wall,
    pub(crate) pid: u32,
    pub(crate) target: &'a str,
    pub(crate) level: Level,
}

/// Appends the lines of one record to `out`. `message` is the author's text, formatted but not yet cleaned.
pub(crate) fn write(out: &mut Vec<u8>, source: Source<'_>, message: &str) {
    let start = out.len();
    prefix(out, source, b"");
    out.extend_from_slice(level(source.level));
    let limit = start + LONGEST_LINE - 1;
    if plain(message) && out.len() + message.len() <= limit {
        out.extend_from_slice(message.as_bytes());
        out.push(b'\n');
        return;
    }
    split(out, source, message, limit);
}

/// The long way: cleans, cuts and splits.
#[cold]
fn split(out: &mut Vec<u8>, source: Source<'_>, message: &str, mut limit: usize) {
    let cut = char_boundary(message, LONGEST_MESSAGE);
    let mut piece = String::new();
    for character in message[..cut].chars() {
        piece.clear();
        clean(&mut piece, character);
        if out.len() + piece.len() > limit {
            limit = next_line(out, source);
        }
        out.extend_from_slice(piece.as_bytes());
    }
    if cut < message.len() {
        let note = format!(" [{} bytes cut]", message.len() - cut);
        if out.len() + note.len() > limit {
            next_line(out, source);
        }
        out.extend_from_slice(note.as_bytes());
    }
    out.push(b'\n');
}

/// The last place up to `most` at which a text can be cut.
fn char_boundary(text: &str, most: usize) -> usize {
    let mut at = most.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Ends a line and begins a continuation; says where that one must end.
fn next_line(out: &mut Vec<u8>, source: Source<'_>) -> usize {
    out.push(b'\n');
    let limit = out.len() + LONGEST_LINE - 1;
    prefix(out, source, b"+");
    limit
}

fn prefix(out: &mut Vec<u8>, source: Source<'_>, mark: &[u8]) {
    // While a thread ends its own stamp may be gone; then one is made for this line alone.
    if STAMP.try_with(|stamp| stamp.borrow_mut().write(out, source.wall)).is_err() {
        Stamp::new().write(out, source.wall);
    }
    let mut number = [0; 10];
    out.extend_from_slice(digits(&mut number, source.pid));
    out.push(b' ');
    out.extend(
        label(source.target).bytes().take(LONGEST_LABEL).map(|byte| if allowed_in_label(byte) { byte } else { b'_' }),
    );
    out.extend_from_slice(mark);
    out.push(b' ');
}

impl Stamp {
    const fn new() -> Self {
        Self { second: u64::MAX, head: String::new(), zone: String::new() }
    }

    fn write(&mut self, out: &mut Vec<u8>, wall: Wall) {
        if self.second != wall.seconds() {
            self.renew(wall);
        }
        out.extend_from_slice(self.head.as_bytes());
        let millis = wall.millis();
        let digit = |n: u64| b'0' + u8::try_from(n % 10).unwrap_or(0);
        out.extend_from_slice(&[digit(millis / 100), digit(millis / 10), digit(millis)]);
        out.extend_from_slice(self.zone.as_bytes());
    }

    #[cold]
    fn renew(&mut self, wall: Wall) {
        let time = LocalTime::of(wall);
        self.second = wall.seconds();
        self.head = time.format("[%Y-%m-%d %H:%M:%S.");
        self.zone = format!(" {}] ", local_time::offset(&time));
    }
}

/// Decimal digits without going through `fmt`.
fn digits(buffer: &mut [u8; 10], mut number: u32) -> &[u8] {
    let mut at = buffer.len();
    loop {
        at -= 1;
        buffer[at] = b'0' + u8::try_from(number % 10).unwrap_or(0);
        number /= 10;
        if number == 0 {
            return &buffer[at..];
        }
    }
}

/// Nothing for `info`: what is normal needs no word.
const fn level(level: Level) -> &'static [u8] {
    match level {
        Level::Error => b"error: ",
        Level::Warn => b"warn: ",
        Level::Info => b"",
        Level::Debug => b"debug: ",
        Level::Trace => b"trace: ",
    }
}

/// What is shown of a `log` target: `daemon` for the framework, else the last part of the module's path.
fn label(target: &str) -> &str {
    if target.starts_with("daemon_core") {
        return "daemon";
    }
    target.rsplit("::").next().unwrap_or(target)
}

/// `+` marks a continuation, so no label may hold one.
const fn allowed_in_label(byte: u8) -> bool {
    byte.is_ascii_graphic() && byte != b'+'
}

/// Whether the text can be copied as it is: printable ASCII only.
fn plain(text: &str) -> bool {
    text.bytes().all(|byte| (0x20..0x7F).contains(&byte))
}

/// Control characters, and those that reorder or break lines, become escapes.
fn clean(out: &mut String, character: char) {
    match character {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        c if c.is_control() || reorders(c) => {
            let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
        }
        c => out.push(c),
    }
}

/// Bidirectional controls and Unicode's own line ends.
const fn reorders(c: char) -> bool {
    matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(message: &str) -> Vec<String> {
        let mut out = Vec::new();
        let source =
            Source { wall: Wall(1_700_000_000_123_000_000), pid: 42, target: "my_app::fetch", level: Level::Info };
        write(&mut out, source, message);
        let text = String::from_utf8(out).expect("text");
        assert!(text.ends_with('\n'));
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_record_is_a_line_with_stamp_pid_label_and_message() {
        let line = &lines("hello")[0];
        assert!(line.ends_with("] 42 fetch hello"), "{line}");
        let stamp = &line[..line.find(']').expect("a stamp")];
        assert_eq!(stamp.len(), "[2026-11-20 07:15:59.123 +01:00".len());
        assert!(stamp.contains(".123 "));
    }

    #[test]
    fn b25_stamps_have_milliseconds() {
        let mut out = Vec::new();
        let source = Source { wall: Wall(1_700_000_000_007_000_000), pid: 1, target: "x", level: Level::Warn };
        write(&mut out, source, "y");
        let line = String::from_utf8(out).expect("text");
        assert!(line.contains(".007 ") && line.ends_with("] 1 x warn: y\n"), "{line}");
    }

    /// Whatever a message holds, it is one record, and none can be forged: fault 96.
    #[test]
    fn fault_096_hostile_messages_stay_one_line() {
        let forged = "x\n[2026-11-20 07:15:59.123 +01:00] 1 daemon stopped";
        assert_eq!(lines(forged).len(), 1);
        let hostile = "a\rb\tc\u{1b}[2Jd\0e\u{7f}f\u{9b}g\u{202e}h\u{2028}i\u{2066}j";
        let line = lines(hostile).remove(0);
        assert!(line.ends_with(r"a\rb\tc\u{1b}[2Jd\u{0}e\u{7f}f\u{9b}g\u{202e}h\u{2028}i\u{2066}j"), "{line}");
        assert!(lines("größer → 10 µs")[0].ends_with("größer → 10 µs"));
    }

    #[test]
    fn fault_094_a_long_record_is_split_with_marks_and_a_huge_one_cut() {
        let parts = lines(&"é".repeat(6_000));
        assert!(parts.len() == 3 || parts.len() == 4, "{}", parts.len());
        assert!(parts.iter().all(|line| line.len() < LONGEST_LINE));
        assert!(parts[0].contains(" fetch é") && parts[1..].iter().all(|line| line.contains(" fetch+ é")));
        let huge = lines(&"x".repeat(10 * 1024 * 1024));
        let kept: usize = huge.iter().map(|line| line.matches('x').count()).sum();
        assert_eq!(kept, LONGEST_MESSAGE);
        assert!(huge.last().expect("a line").ends_with(" [10223616 bytes cut]"));
    }

    #[test]
    fn a_label_can_not_pretend_to_be_a_continuation() {
        let mut out = Vec::new();
        let source = Source { wall: Wall(0), pid: 1, target: "a+\nb", level: Level::Info };
        write(&mut out, source, "y");
        assert!(String::from_utf8(out).expect("text").ends_with("] 1 a__b y\n"));
    }

    #[test]
    fn numbers() {
        for number in [0, 9, 10, u32::MAX] {
            assert_eq!(digits(&mut [0; 10], number), number.to_string().as_bytes());
        }
    }
}
