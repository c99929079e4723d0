//! How nice the process is to others: as declared.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::error::unknown;

/// The process priority of a daemon, as niceness: -20 goes first, 19 last, 0 is what a shell gives.
///
/// ```
/// use daemon_core::Nice;
/// assert_eq!("auto".parse(), Ok(Nice::auto()));
/// assert_eq!("-5".parse(), Ok(Nice::from(-5)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nice(pub(crate) Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Untouched,
    Auto,
    Fixed(i32),
}

impl Nice {
    /// The priority stays as it was at the start. The default.
    #[must_use]
    pub const fn untouched() -> Self {
        Self(Kind::Untouched)
    }

    /// By the interval: 0 from 5 s on and without an interval, -1 above 2 s, -2 above 1 s, -3 above 0.5 s, -4 above
    /// 0.1 s, else -5; again when the interval changes. While iterations begin late, one step more for every ten in a row
    /// that were late by a tenth of the interval and 1 ms, down to -10; a step back for every hundred that were not.
    #[must_use]
    pub const fn auto() -> Self {
        Self(Kind::Auto)
    }

    /// What an interval asks for under [`Nice::auto`].
    pub(crate) fn of_interval(interval: Duration) -> i32 {
        match interval.as_millis() {
            _ if interval.is_zero() => 0,
            5_000.. => 0,
            _ if interval > Duration::from_secs(2) => -1,
            _ if interval > Duration::from_secs(1) => -2,
            _ if interval > Duration::from_millis(500) => -3,
            _ if interval > Duration::from_millis(100) => -4,
            _ => -5,
        }
    }
}

/// A niceness of its own, from -20 to 19.
impl From<i32> for Nice {
    fn from(niceness: i32) -> Self {
        Self(Kind::Fixed(niceness))
    }
}

impl fmt::Display for Nice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Kind::Untouched => f.write_str("not touched"),
            Kind::Auto => f.write_str("auto"),
            Kind::Fixed(niceness) => niceness.fmt(f),
        }
    }
}

/// A text that is no [`Nice`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotNice(String);

impl fmt::Display for NotNice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotNice {}

/// `auto`, or a number from -20 to 19.
impl FromStr for Nice {
    type Err = NotNice;

    fn from_str(text: &str) -> Result<Self, NotNice> {
        match text.parse::<i32>() {
            Ok(niceness @ -20..=19) => Ok(niceness.into()),
            Ok(_) => Err(NotNice("write auto or a number from -20 to 19".into())),
            Err(_) if text == "auto" => Ok(Self::auto()),
            Err(_) => Err(NotNice(unknown("priority", text, ["auto", "a number from -20 to 19"]))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn priorities_are_read_and_printed() {
        for nice in [Nice::auto(), Nice::from(-20), Nice::from(0), Nice::from(19)] {
            assert_eq!(nice.to_string().parse(), Ok(nice));
        }
        for text in ["-21", "20", "99999999999", "", "5.5", "aut"] {
            assert!(text.parse::<Nice>().expect_err("refused").to_string().contains("from -20 to 19"), "{text:?}");
        }
        assert!("aut".parse::<Nice>().expect_err("refused").to_string().contains("did you mean `auto`"));
    }

    #[test]
    fn a_shorter_interval_goes_first() {
        let of = |millis| Nice::of_interval(Duration::from_millis(millis));
        let expected = [(0, 0), (86_400_000, 0), (5_000, 0), (4_999, -1), (2_001, -1), (2_000, -2), (1_001, -2)];
        for (millis, niceness) in expected {
            assert_eq!(of(millis), niceness, "{millis} ms");
        }
        for (millis, niceness) in [(1_000, -3), (501, -3), (500, -4), (101, -4), (100, -5), (1, -5)] {
            assert_eq!(of(millis), niceness, "{millis} ms");
        }
    }
}
