//! What went wrong, and with which code the process ends.
//!
//! Every way out of a daemon is one [`Exit`]; an [`Error`] is an `Exit` with its reason in words. No other file
//! names a number.

use std::error::Error as StdError;
use std::fmt;
use std::process::ExitCode;

/// Any error, boxed: what hooks may return. `anyhow`, `eyre`, `io::Error` and plain text all convert into it.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// `std`'s `Result`, with [`BoxError`] as the error where none is given.
pub type Result<T, E = BoxError> = std::result::Result<T, E>;

/// With what code a daemon ends: the classic `sysexits` numbers, so that an init system can tell "try again later"
/// from "do not bother".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Exit {
    /// 0: stopped as asked, or nothing to do.
    Clean,
    /// 64: an unknown or bad argument.
    Usage,
    /// 66: a configuration file is missing.
    NoInput,
    /// 69: what the lock needs can not be had (no locking on this file system, server not reachable).
    Unavailable,
    /// 70: a fatal error: a hook failed or panicked.
    Software,
    /// 71: a call to the operating system failed.
    Os,
    /// 73: a lock or log file can not be created.
    CantCreate,
    /// 75: the lock is held by another, or was lost; try again later.
    TempFail,
    /// 77: not allowed, or a directory that others could tamper with.
    NoPermission,
    /// 78: a setting has a value that can not work.
    Config,
}

impl Exit {
    /// The number the process ends with.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Usage => 64,
            Self::NoInput => 66,
            Self::Unavailable => 69,
            Self::Software => 70,
            Self::Os => 71,
            Self::CantCreate => 73,
            Self::TempFail => 75,
            Self::NoPermission => 77,
            Self::Config => 78,
        }
    }

    /// The meaning of a number that a process ended with, if it is one of ours.
    pub(crate) fn from_code(code: u8) -> Option<Self> {
        let all = [
            Self::Clean,
            Self::Usage,
            Self::NoInput,
            Self::Unavailable,
            Self::Software,
            Self::Os,
            Self::CantCreate,
            Self::TempFail,
            Self::NoPermission,
            Self::Config,
        ];
        all.into_iter().find(|exit| exit.code() == code)
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// An error that knows with which code the daemon should end. Return it from a hook, or from a plugin, to choose the
/// code; every other error counts as [`Exit::Software`].
///
/// ```
/// use daemon_core::{Error, Exit};
///
/// let error = Error::new(Exit::Config, "limit is 0: write a number from 1 to 100");
/// assert_eq!(error.exit().code(), 78);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    exit: Exit,
    text: String,
    panicked: bool,
}

impl Error {
    /// An error that ends the daemon with `exit` when it is fatal.
    pub fn new(exit: Exit, text: impl Into<String>) -> Self {
        Self { exit, text: text.into(), panicked: false }
    }

    /// The author's code has panicked.
    pub(crate) const fn panic(text: String) -> Self {
        Self { exit: Exit::Software, text, panicked: true }
    }

    /// Whether the author's code has panicked: what it was working on may be half done.
    pub(crate) const fn is_panic(&self) -> bool {
        self.panicked
    }

    /// The code this error asks for.
    #[must_use]
    pub const fn exit(&self) -> Exit {
        self.exit
    }

    /// Reads an error of any kind: our own keeps its code, all others are [`Exit::Software`]. Causes are joined by
    /// `: `, because only the outermost sentence would be printed otherwise.
    #[must_use]
    pub fn from_box(error: &(dyn StdError + 'static)) -> Self {
        let own = error.downcast_ref::<Self>();
        let (exit, panicked) = own.map_or((Exit::Software, false), |own| (own.exit, own.panicked));
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(inner) = cause {
            let words = inner.to_string();
            // Many libraries already print their cause; saying it twice helps nobody.
            if !text.contains(&words) {
                text.push_str(": ");
                text.push_str(&words);
            }
            cause = inner.source();
        }
        Self { exit, text, panicked }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl StdError for Error {}

/// The entry of `known` that was probably meant by `word`, if any is near enough.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    known
        .into_iter()
        .map(|name| (strsim::jaro_winkler(&word, &name.to_lowercase()), name))
        .filter(|(score, _)| *score > 0.75)
        // Of two equally near the first: `max_by` alone would take the last.
        .reduce(|best, next| if next.0 > best.0 { next } else { best })
        .map(|(_, name)| name)
}

/// `unknown KIND "word": did you mean "near"? (known: a, b)`.
pub(crate) fn unknown<'a>(kind: &str, word: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> String {
    let list = known.clone().into_iter().collect::<Vec<_>>().join(", ");
    let hint = nearest(word, known).map(|near| format!(", did you mean `{near}`?")).unwrap_or_default();
    format!("unknown {kind} `{word}`{hint} (known: {list})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_errors_keep_their_code_and_others_are_fatal() {
        let own: BoxError = Error::new(Exit::Config, "no").into();
        assert_eq!(Error::from_box(own.as_ref()).exit(), Exit::Config);
        let other: BoxError = "no".into();
        assert_eq!(Error::from_box(other.as_ref()).exit(), Exit::Software);
    }

    #[test]
    fn the_nearest_word_is_named() {
        assert_eq!(nearest("flie", ["file", "none"]), Some("file"));
        assert_eq!(nearest("TERMM", ["HUP", "TERM"]), Some("TERM"));
        assert_eq!(nearest("zzz", ["file", "none"]), None);
    }
}
