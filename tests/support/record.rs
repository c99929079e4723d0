//! Lines of a log, read as strictly as they were promised: `[2026-11-20 07:15:59.123 +01:00] PID label message`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// One physical line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What stands in the brackets.
    pub stamp: String,
    /// Who wrote it.
    pub pid: u32,
    /// Of which part of the program it is.
    pub label: String,
    /// It goes on with the line before.
    pub continues: bool,
    /// What was said.
    pub message: String,
}

/// The stamp's shape; `0` stands for a digit, `±` for a sign.
const SHAPE: &str = "0000-00-00 00:00:00.000 ±00:00";

impl Line {
    /// Reads a line; `None` when it is not one.
    #[must_use]
    pub fn parse(line: &str) -> Option<Self> {
        let (stamp, rest) = line.strip_prefix('[')?.split_once("] ")?;
        let fits = |(byte, shape): (char, char)| match shape {
            '0' => byte.is_ascii_digit(),
            '±' => byte == '+' || byte == '-',
            other => byte == other,
        };
        if stamp.chars().count() != SHAPE.chars().count() || !stamp.chars().zip(SHAPE.chars()).all(fits) {
            return None;
        }
        let (pid, rest) = rest.split_once(' ')?;
        let (label, message) = rest.split_once(' ')?;
        let continues = label.ends_with('+');
        let label = label.strip_suffix('+').unwrap_or(label);
        if pid.is_empty() || label.contains('+') || message.contains(char::is_control) {
            return None;
        }
        Some(Self {
            stamp: stamp.into(),
            pid: pid.parse().ok()?,
            label: label.into(),
            continues,
            message: message.into(),
        })
    }

    /// Reads a whole log, of which every line must be a good one.
    ///
    /// # Panics
    /// With the first line that is not.
    #[must_use]
    pub fn read(log: &Path) -> Vec<Self> {
        let text = fs::read(log).expect("the log");
        let text = String::from_utf8(text).expect("a log of whole characters");
        assert!(text.is_empty() || text.ends_with('\n'), "the last line of {} is torn", log.display());
        let parse = |line: &str| Self::parse(line).unwrap_or_else(|| panic!("not a line of a log: {line:?}"));
        // Not `lines()`: that would hide a carriage return at the end.
        text.split_terminator('\n').map(parse).collect()
    }

    /// Seconds since 1970, as the stamp says.
    ///
    /// # Panics
    /// Never: the stamp was read.
    #[must_use]
    pub fn seconds(&self) -> i64 {
        let number = |from: usize, to: usize| self.stamp[from..to].parse::<i64>().expect("digits");
        let (year, month, day) = (number(0, 4), number(5, 7), number(8, 10));
        let time = number(11, 13) * 3600 + number(14, 16) * 60 + number(17, 19);
        let east = number(25, 27) * 3600 + number(28, 30) * 60;
        let east = if self.stamp.contains('+') { east } else { -east };
        days(year, month, day) * 86_400 + time - east
    }

    /// Milliseconds within the second, as the stamp says.
    ///
    /// # Panics
    /// Never: the stamp was read.
    #[must_use]
    pub fn millis(&self) -> u32 {
        self.stamp[20..23].parse().expect("digits")
    }
}

/// Days since 1970 of a date of the Gregorian calendar.
const fn days(year: i64, month: i64, day: i64) -> i64 {
    // Years begin in March here, so that the leap day is the last of one.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * month + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Puts the records of a log together again: a line and those that continue it.
///
/// # Panics
/// When a continuation follows a line of another process.
#[must_use]
pub fn whole(lines: Vec<Line>) -> Vec<Line> {
    let mut records: Vec<Line> = Vec::new();
    for line in lines {
        match records.last_mut() {
            Some(last) if line.continues => {
                let same = (last.pid, &last.label) == (line.pid, &line.label);
                assert!(same, "a continuation of another record: {line:?} after {last:?}");
                last.message.push_str(&line.message);
            }
            _ => {
                assert!(!line.continues, "a continuation of nothing: {line:?}");
                records.push(line);
            }
        }
    }
    records
}

/// Message number `number` of a daemon under test, `size` bytes long; each is filled with a letter of its own, so that
/// parts of two can be told apart.
#[must_use]
pub fn sample(number: u64, size: usize) -> String {
    let letter = ('a'..='z').cycle().nth(usize::try_from(number % 26).unwrap_or(0)).unwrap_or('a');
    let head = format!("{number:08} ");
    let fill = size.saturating_sub(head.len() + 4);
    format!("{head}{} end", letter.to_string().repeat(fill))
}

/// The number of a message made by [`sample`]; `None` when it is not one, or not a whole one.
#[must_use]
pub fn sample_number(message: &str) -> Option<u64> {
    let number = message.get(..8)?.parse().ok()?;
    (sample(number, message.len()) == message).then_some(number)
}

/// How many records the lines say were lost, all together.
///
/// # Panics
/// When such a line names no number.
#[must_use]
pub fn lost(lines: &[Line]) -> u64 {
    let told = lines.iter().filter(|line| line.label == "daemon" && line.message.contains(" lost: "));
    told.map(|line| {
        let (count, _) = line.message.trim_start_matches("warn: ").split_once(" log record").expect("a count");
        count.parse::<u64>().expect("a number")
    })
    .sum()
}

/// The numbers of the samples that arrived.
///
/// # Panics
/// When one arrived twice.
#[must_use]
pub fn arrived(lines: &[Line]) -> BTreeSet<u64> {
    let numbers: Vec<u64> = lines.iter().filter_map(|line| sample_number(&line.message)).collect();
    let set: BTreeSet<u64> = numbers.iter().copied().collect();
    assert_eq!(set.len(), numbers.len(), "a record arrived twice");
    set
}
