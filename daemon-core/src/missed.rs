//! The policy for slots that were missed, by name.

use std::fmt;
use std::str::FromStr;

use crate::error::unknown;

/// What becomes of the slots that passed while an iteration was still running.
///
/// ```
/// use daemon_core::Missed;
/// assert_eq!("burst(3)".parse(), Ok(Missed::burst(3)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missed(pub(crate) Policy);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Policy {
    Skip,
    Delay,
    Burst(u32),
}

impl Missed {
    /// They are left out and counted; the next iteration starts at the next slot of the old grid. The default.
    #[must_use]
    pub const fn skip() -> Self {
        Self(Policy::Skip)
    }

    /// The next iteration starts at once, and the grid starts anew from there. Nothing is left out, the phase is lost.
    #[must_use]
    pub const fn delay() -> Self {
        Self(Policy::Delay)
    }

    /// They are made up for at once, one after the other, `most` at the most; older ones are left out and counted.
    #[must_use]
    pub const fn burst(most: u32) -> Self {
        Self(Policy::Burst(most))
    }
}

impl fmt::Display for Missed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Policy::Skip => f.write_str("skip"),
            Policy::Delay => f.write_str("delay"),
            Policy::Burst(most) => write!(f, "burst({most})"),
        }
    }
}

/// A text that is no [`Missed`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAPolicy(String);

impl fmt::Display for NotAPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotAPolicy {}

impl FromStr for Missed {
    type Err = NotAPolicy;

    fn from_str(text: &str) -> Result<Self, NotAPolicy> {
        match text {
            "skip" => return Ok(Self::skip()),
            "delay" => return Ok(Self::delay()),
            _ => {}
        }
        let Some(most) = text.strip_prefix("burst") else {
            return Err(NotAPolicy(unknown("policy", text, ["skip", "delay", "burst(3)"])));
        };
        most.strip_prefix('(')
            .and_then(|rest| rest.strip_suffix(')'))
            .and_then(|digits| digits.trim().parse().ok())
            .map(Self::burst)
            .ok_or_else(|| NotAPolicy(format!("`{text}`: write how many slots are made up for, as in burst(3)")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_are_read_and_printed() {
        for policy in [Missed::skip(), Missed::delay(), Missed::burst(7)] {
            assert_eq!(policy.to_string().parse(), Ok(policy));
        }
        assert!("skp".parse::<Missed>().unwrap_err().to_string().contains("did you mean `skip`"));
        assert!("burst".parse::<Missed>().unwrap_err().to_string().contains("burst(3)"));
    }
}
