//! The policy for hooks that fail, by name.

use std::fmt;
use std::str::FromStr;

use crate::error::unknown;

/// What follows when a hook fails, by an error or a panic. In each case it is logged and the error event fires.
///
/// ```
/// use daemon_core::OnError;
/// assert_eq!("stop".parse(), Ok(OnError::stop()));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OnError(pub(crate) Policy);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Policy {
    Log,
    Restart,
    Stop,
}

impl OnError {
    /// The daemon goes on.
    #[must_use]
    pub const fn log() -> Self {
        Self(Policy::Log)
    }

    /// The daemon begins anew, by a restart in place after a pause of 2 s, doubled each time up to a minute. Only in
    /// daemon mode, only when it has been up for at least 10 s, and not more than 5 times a minute; else as
    /// [`OnError::stop`]. The default.
    #[must_use]
    pub const fn restart() -> Self {
        Self(Policy::Restart)
    }

    /// The daemon stops with the error's exit code, 70 unless it names another.
    #[must_use]
    pub const fn stop() -> Self {
        Self(Policy::Stop)
    }
}

impl fmt::Display for OnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Policy::Log => "log",
            Policy::Restart => "restart",
            Policy::Stop => "stop",
        })
    }
}

/// A text that is no [`OnError`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAnAnswer(String);

impl fmt::Display for NotAnAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotAnAnswer {}

impl FromStr for OnError {
    type Err = NotAnAnswer;

    fn from_str(text: &str) -> Result<Self, NotAnAnswer> {
        let all = [Self::log(), Self::restart(), Self::stop()];
        let found = all.into_iter().find(|policy| policy.to_string() == text);
        found.ok_or_else(|| NotAnAnswer(unknown("policy", text, ["log", "restart", "stop"])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_are_read_and_printed() {
        for policy in [OnError::log(), OnError::restart(), OnError::stop()] {
            assert_eq!(policy.to_string().parse(), Ok(policy));
        }
        assert!("restrat".parse::<OnError>().unwrap_err().to_string().contains("did you mean `restart`"));
    }
}
