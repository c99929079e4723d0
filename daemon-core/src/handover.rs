//! What one image of the daemon hands to the next across an in-place restart.
//!
//! Plain lines with a version and a checksum, in sealed memory, and behind them the author's own state. Anything doubtful
//! is a cold start, never a guess: only our own process, with this version, is believed. The lines are believed or not as a
//! whole; the state has a checksum of its own, so that a damaged one costs no more than itself.

use std::ffi::OsString;
use std::fmt::Write;
use std::os::fd::RawFd;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use crate::clock::{Mono, Wall};
use crate::kept::Kept;
use crate::standing::Standing;
use crate::stats::Stats;

/// Changes whenever a line changes its meaning. A trial tells it, so that images that differ in it are not mixed.
pub(crate) const VERSION: &str = "daemon-core-handover 8";
/// Restarts after fatal errors that are remembered; a storm is told by the last few.
const REMEMBERED: usize = 16;

/// State of the framework that outlives an image.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct Handover {
    /// The process all this belongs to. It stays the same, so a stray handover is told by it.
    pub(crate) pid: u32,
    /// The program as it was named at the first start.
    pub(crate) program: PathBuf,
    /// The directory that relative paths count from.
    pub(crate) base: PathBuf,
    /// The user of the first start, who decides where state is kept.
    pub(crate) owner: u32,
    /// How the daemon stands to whoever started it.
    pub(crate) standing: Standing,
    /// Why the restart happened.
    pub(crate) cause: String,
    /// When restarts after fatal errors happened, the newest last.
    pub(crate) recoveries: Vec<Mono>,
    /// How many restarts after fatal errors came one after the other.
    pub(crate) failures: u32,
    /// Origin, step and next slot of the interval's grid.
    pub(crate) grid: Option<(Mono, u64, u64)>,
    /// The same of each timer, in declared order.
    pub(crate) timers: Vec<(Mono, u64, u64)>,
    /// Each lock in words, and the descriptors that it kept.
    pub(crate) locks: Vec<(String, Vec<RawFd>)>,
    /// The log file in use, for an image that can not open a new one.
    pub(crate) log: Option<(PathBuf, RawFd)>,
    /// The PID file, and what is open of it for an image that can not remove it.
    pub(crate) pid_file: Option<(PathBuf, Option<RawFd>)>,
    /// What each hook that follows the wall clock waits for.
    pub(crate) appointments: Vec<(String, Wall)>,
    /// Calls of workers that wait.
    pub(crate) calls: Vec<RawFd>,
    /// When the run-time variables were last written.
    pub(crate) dumped: Option<Mono>,
    /// What was counted in all images so far.
    pub(crate) stats: Option<Stats>,
    /// The author's own state.
    pub(crate) state: Option<Kept>,
}

impl Handover {
    /// Remembers one more restart after a fatal error.
    pub(crate) fn recovered(&mut self, at: Mono) {
        self.recoveries.push(at);
        let surplus = self.recoveries.len().saturating_sub(REMEMBERED);
        self.recoveries.drain(..surplus);
    }

    /// The lines, which announce `state`. Its bytes follow behind them.
    pub(crate) fn lines(&self, state: Option<&Kept>) -> Vec<u8> {
        let mut text = format!("{VERSION}\n");
        let mut line = |key: &str, value: &str| {
            let _ = writeln!(text, "{key} {value}");
        };
        line("pid", &self.pid.to_string());
        line("program", &hex(&self.program));
        line("base", &hex(&self.base));
        line("owner", &self.owner.to_string());
        line("standing", &self.standing.to_string());
        line("cause", &hex(Path::new(&self.cause)));
        line("recoveries", &list(self.recoveries.iter().map(|at| at.0)));
        line("failures", &self.failures.to_string());
        if let Some((origin, step, next)) = self.grid {
            line("grid", &list([origin.0, step, next]));
        }
        for (origin, step, next) in &self.timers {
            line("every", &list([origin.0, *step, *next]));
        }
        for (name, kept) in &self.locks {
            line("lock", &format!("{} {}", hex(Path::new(name)), list(kept)));
        }
        if let Some((path, fd)) = &self.log {
            line("log", &format!("{} {fd}", hex(path)));
        }
        if let Some((path, fd)) = &self.pid_file {
            line("pid_file", &format!("{} {}", hex(path), list(fd)));
        }
        for (said, at) in &self.appointments {
            line("cron", &format!("{} {}", hex(Path::new(said)), at.0));
        }
        if !self.calls.is_empty() {
            line("calls", &list(&self.calls));
        }
        if let Some(dumped) = self.dumped {
            line("dumped", &dumped.0.to_string());
        }
        for (name, numbers) in self.stats.iter().flat_map(Stats::carried) {
            line(name, &list(numbers));
        }
        if let Some(Kept { kind, len, sum, .. }) = state {
            line("state", &format!("{} {len} {sum}", hex(Path::new(kind))));
        }
        let sum = checksum(text.as_bytes());
        let _ = writeln!(text, "sum {sum:016x}");
        text.into_bytes()
    }

    /// Reads the lines and the state behind them; `None` for anything else.
    pub(crate) fn from_bytes(mut bytes: Vec<u8>) -> Option<Self> {
        let end = end_of_lines(&bytes)?;
        let text = std::str::from_utf8(&bytes[..end]).ok()?;
        let (body, sum) = text.strip_suffix('\n')?.rsplit_once("\nsum ")?;
        let body = &text[..body.len() + 1];
        if u64::from_str_radix(sum, 16).ok()? != checksum(body.as_bytes()) {
            return None;
        }
        let mut lines = body.lines();
        if lines.next()? != VERSION {
            return None;
        }
        let mut read = Self::default();
        for line in lines {
            let (key, value) = line.split_once(' ')?;
            read.take(key, value)?;
        }
        bytes.drain(..end);
        match &mut read.state {
            Some(state) => state.bytes = bytes,
            None if bytes.is_empty() => {}
            None => return None,
        }
        Some(read)
    }

    fn take(&mut self, key: &str, value: &str) -> Option<()> {
        match key {
            "pid" => self.pid = value.parse().ok()?,
            "program" => self.program = unhex(value)?.into(),
            "base" => self.base = unhex(value)?.into(),
            "owner" => self.owner = value.parse().ok()?,
            "standing" => self.standing = value.parse().ok()?,
            "cause" => self.cause = unhex(value)?.into_string().ok()?,
            "recoveries" => self.recoveries = numbers(value)?.into_iter().map(Mono).collect(),
            "failures" => self.failures = value.parse().ok()?,
            "grid" => self.grid = Some(grid(value)?),
            "every" => self.timers.push(grid(value)?),
            "lock" => {
                let (name, kept) = value.split_once(' ')?;
                self.locks.push((unhex(name)?.into_string().ok()?, numbers(kept)?));
            }
            "log" => {
                let (path, fd) = value.split_once(' ')?;
                self.log = Some((unhex(path)?.into(), fd.parse().ok()?));
            }
            "pid_file" => {
                let (path, fd) = value.split_once(' ')?;
                self.pid_file = Some((unhex(path)?.into(), numbers(fd)?.pop()));
            }
            "cron" => {
                let (said, at) = value.split_once(' ')?;
                self.appointments.push((unhex(said)?.into_string().ok()?, Wall(at.parse().ok()?)));
            }
            "calls" => self.calls = numbers(value)?,
            "dumped" => self.dumped = Some(Mono(value.parse().ok()?)),
            "state" => {
                let mut parts = value.split(' ');
                let kind = unhex(parts.next()?)?.into_string().ok()?;
                let (len, sum) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
                self.state = Some(Kept { kind, len, sum, bytes: Vec::new() });
            }
            _ => {
                let stats = self.stats.get_or_insert_with(|| Stats::new(Mono::default()));
                return stats.carry(key, &numbers(value)?);
            }
        }
        Some(())
    }
}

/// Where the lines end: behind the first that begins with `sum`, for all others have a word of their own.
fn end_of_lines(bytes: &[u8]) -> Option<usize> {
    const SUM: &[u8] = b"\nsum ";
    let sum = bytes.windows(SUM.len()).position(|window| window == SUM)? + SUM.len();
    let line = bytes[sum..].iter().position(|byte| *byte == b'\n')?;
    Some(sum + line + 1)
}

fn list<T: ToString>(numbers: impl IntoIterator<Item = T>) -> String {
    numbers.into_iter().map(|number| number.to_string()).collect::<Vec<_>>().join(",")
}

fn numbers<T: std::str::FromStr>(text: &str) -> Option<Vec<T>> {
    text.split(',').filter(|part| !part.is_empty()).map(|part| part.parse().ok()).collect()
}

fn grid(text: &str) -> Option<(Mono, u64, u64)> {
    match numbers(text)?[..] {
        [origin, step, next] => Some((Mono(origin), step, next)),
        _ => None,
    }
}

/// Paths may hold any byte.
fn hex(path: &Path) -> String {
    path.as_os_str().as_bytes().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn unhex(text: &str) -> Option<OsString> {
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    let byte = |at| u8::from_str_radix(&text[at..at + 2], 16).ok();
    (0..text.len()).step_by(2).map(byte).collect::<Option<Vec<_>>>().map(OsString::from_vec)
}

/// FNV-1a: against accidents, not against people; those can not write into our sealed memory.
fn checksum(bytes: &[u8]) -> u64 {
    crate::name::fnv1a(bytes)
}

#[cfg(test)]
#[path = "handover_tests.rs"]
mod tests;
