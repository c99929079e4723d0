//! The log: where it goes, as declared, and the way from a `log` macro to a file.
//!
//! Authors use the macros of the `log` crate. A record is formatted first, in the caller's own buffer, and then written
//! by one `write`: nothing is locked while the author's code formats. A log that fails never panics, never stops the
//! loop, and says afterwards how much it lost.

mod careful;
mod console;
mod counted;
mod file;
mod given;
mod inherited;
mod opening;
pub(crate) mod record;
mod restamp;
mod sink;

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use crate::clock::Wall;
use crate::sys::cut::Notice;
use crate::sys::local_time::LocalTime;
use crate::sys::{clock, process};

pub(crate) use inherited::{inherit, last_word};
pub(crate) use opening::Opening;
pub(crate) use sink::{close, drain, in_use, install, open, shown_path, unsent};
#[cfg(feature = "workers")]
pub(crate) use sink::{pass_on, relay};

/// The longest reason that a notice tells: it must be one line.
const LONGEST_REASON: usize = 2000;

/// A line of the log that says why the process is cut, made long before it is needed.
pub(crate) fn notice(reason: &str) -> Notice {
    let cut = (0..=reason.len().min(LONGEST_REASON)).rev().find(|at| reason.is_char_boundary(*at)).unwrap_or(0);
    let source =
        record::Source { wall: clock::wall(), pid: process::pid(), target: "daemon", level: log::Level::Error };
    let mut line = Vec::new();
    record::write(&mut line, source, "");
    let message = line.len() - 1;
    line.clear();
    record::write(&mut line, source, &reason[..cut]);
    Notice { line, message, restamp: restamp::restamp }
}

/// Takes finished lines somewhere.
///
/// A target never waits: what it can not take at once it keeps, up to a bound, or refuses.
pub trait Target: Send {
    /// Takes one record: whole lines, each with its newline.
    ///
    /// # Errors
    /// When the record is lost; the sink counts it and tells when the target works again.
    fn write(&mut self, lines: &[u8]) -> io::Result<()>;

    /// Tries once more to send what was kept; says whether nothing is left.
    fn drain(&mut self) -> bool {
        true
    }
}

impl Target for Box<dyn Target> {
    fn write(&mut self, lines: &[u8]) -> io::Result<()> {
        (**self).write(lines)
    }

    fn drain(&mut self) -> bool {
        (**self).drain()
    }
}

/// Where the log goes besides standard output, as declared.
#[derive(Clone)]
pub struct LogTo(Kind);

#[derive(Clone)]
enum Kind {
    Nowhere,
    Pattern(String),
    Asked(Arc<dyn Fn() -> PathBuf + Send + Sync>),
}

impl LogTo {
    /// No file: the log goes to standard output.
    #[must_use]
    pub const fn nowhere() -> Self {
        Self(Kind::Nowhere)
    }

    /// The file to write to at `wall`; `None` for [`LogTo::nowhere`].
    pub(crate) fn path(&self, wall: Wall) -> Option<PathBuf> {
        match &self.0 {
            Kind::Nowhere => None,
            Kind::Pattern(pattern) if pattern.contains('%') => Some(LocalTime::of(wall).format(pattern).into()),
            Kind::Pattern(path) => Some(path.into()),
            Kind::Asked(ask) => Some(ask()),
        }
    }

    /// Whether the name of the file can change with time.
    pub(crate) fn varies(&self) -> bool {
        match &self.0 {
            Kind::Nowhere => false,
            Kind::Pattern(pattern) => pattern.contains('%'),
            Kind::Asked(_) => true,
        }
    }
}

impl fmt::Display for LogTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Nowhere => f.write_str("standard output"),
            Kind::Pattern(pattern) => f.write_str(pattern),
            Kind::Asked(_) => f.write_str("a file named by the daemon"),
        }
    }
}

impl fmt::Debug for LogTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Two functions count as equal: what they would answer can not be compared.
impl PartialEq for LogTo {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Kind::Nowhere, Kind::Nowhere) | (Kind::Asked(_), Kind::Asked(_)) => true,
            (Kind::Pattern(a), Kind::Pattern(b)) => a == b,
            _ => false,
        }
    }
}

/// What can name a log file: a text, with or without `strftime` fields, or a function that is asked again at every full
/// five minutes.
///
/// ```
/// # struct App;
/// # impl App { fn log_file() -> String { "/var/log/app.log".into() } }
/// # fn declare(spec: &mut daemon_core::Spec<App>) {
/// spec.log("/var/log/app.log");
/// spec.log("/var/log/app-%F.log"); // a new file every day
/// spec.log(App::log_file);
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can not name a log file",
    label = "write a path as text, or a function `fn() -> String` or `fn() -> PathBuf`"
)]
pub trait LogFile {
    /// As the plan keeps it.
    fn into_log(self) -> LogTo;
}

impl LogFile for &str {
    fn into_log(self) -> LogTo {
        LogTo(Kind::Pattern(self.to_owned()))
    }
}

impl LogFile for String {
    fn into_log(self) -> LogTo {
        LogTo(Kind::Pattern(self))
    }
}

impl<F, P> LogFile for F
where
    F: Fn() -> P + Send + Sync + 'static,
    P: Into<PathBuf>,
{
    fn into_log(self) -> LogTo {
        LogTo(Kind::Asked(Arc::new(move || self().into())))
    }
}
