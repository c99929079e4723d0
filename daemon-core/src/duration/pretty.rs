//! Lengths of time for people.

use std::fmt;
use std::time::Duration;

/// Prints a length of time the way one would write it: `1.5s`, `250ms`, `1h 30m`, `2d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pretty(pub Duration);

impl fmt::Display for Pretty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        if seconds < 60 {
            return short(self.0, f);
        }
        let fraction = if seconds < 3_600 { self.0.subsec_millis() } else { 0 };
        let parts = [(seconds / 86_400, "d"), (seconds / 3_600 % 24, "h"), (seconds / 60 % 60, "m")];
        let mut blank = "";
        for (count, unit) in parts {
            if count > 0 {
                write!(f, "{blank}{count}{unit}")?;
                blank = " ";
            }
        }
        match (seconds % 60, fraction) {
            (0, 0) => Ok(()),
            (rest, 0) => write!(f, "{blank}{rest}s"),
            (rest, millis) => write!(f, "{blank}{rest}.{millis:03}s"),
        }
    }
}

/// Below a minute: the largest unit that gives a number of one or more, at most three decimals.
fn short(duration: Duration, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let nanos = duration.as_nanos();
    let (unit, name) = match nanos {
        0 => return f.write_str("0s"),
        1..1_000 => (1, "ns"),
        1_000..1_000_000 => (1_000, "us"),
        1_000_000..1_000_000_000 => (1_000_000, "ms"),
        _ => (1_000_000_000, "s"),
    };
    let text = format!("{}.{:03}", nanos / unit, nanos % unit * 1_000 / unit);
    write!(f, "{}{name}", text.trim_end_matches('0').trim_end_matches('.'))
}
