//! Who holds a lock, as text that one process writes and another reads.

use std::fmt;

use crate::clock::Wall;
use crate::name::Name;
use crate::sys::{clock, local_time, process};

/// Who we are, to be stored with a lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The daemon's name.
    pub name: Name,
    /// Our process number.
    pub pid: u32,
    /// When we started.
    pub since: Wall,
    /// The machine's name.
    pub host: String,
    /// This boot of the machine.
    pub boot: String,
    /// 128 random bits: whether a lock is ours is decided by this alone, never by a process number.
    pub owner: String,
}

impl Identity {
    /// The identity of this process, with fresh random bits.
    #[must_use]
    pub fn new(name: Name) -> Self {
        Self {
            name,
            pid: process::pid(),
            since: clock::wall(),
            host: process::host_name(),
            boot: process::boot_id(),
            owner: process::random_id(),
        }
    }

    /// One `key value` a line, always [`LONGEST`] bytes: so it replaces any other such text by one write, and the
    /// file never has to be truncated, which costs the file system ten times as much.
    pub(crate) fn to_text(&self) -> [u8; LONGEST] {
        let Self { pid, host, boot, owner, .. } = self;
        let since = local_time::stamp(self.since);
        let text = format!("pid {pid}\nsince {since}\nhost {host}\nboot {boot}\nowner {owner}\n");
        let mut padded = [b' '; LONGEST];
        let len = text.len().min(LONGEST - 1);
        padded[..len].copy_from_slice(&text.as_bytes()[..len]);
        padded[LONGEST - 1] = b'\n';
        padded
    }
}

/// Who has the lock, as far as it can be told.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Holder {
    /// Its process number.
    pub pid: Option<u32>,
    /// Since when, in its local time.
    pub since: Option<String>,
    /// On which machine.
    pub host: Option<String>,
    /// Its random identity.
    pub owner: Option<String>,
}

/// The length of a holder's text; more is not read.
pub(crate) const LONGEST: usize = 512;
/// Written over the first bytes of the text, it says that the process named there holds the lock no more.
pub(crate) const FREE: &[u8] = b"was";

impl Holder {
    /// Reads what [`Identity::to_text`] wrote. The text comes from a file: whatever does not look right is left out.
    #[must_use]
    pub(crate) fn from_text(text: &str) -> Self {
        let field = |key: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(' '))?;
            let plain = line.len() <= 128 && line.chars().all(|c| !c.is_control()) && line.is_ascii();
            plain.then(|| line.to_owned())
        };
        Self {
            pid: field("pid").and_then(|pid| pid.parse().ok()).filter(|pid| *pid > 0),
            since: field("since"),
            host: field("host"),
            owner: field("owner"),
        }
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.pid {
            Some(pid) => write!(f, "pid {pid}")?,
            None => f.write_str("another process")?,
        }
        if let Some(since) = &self.since {
            write!(f, " since {since}")?;
        }
        if let Some(host) = self.host.as_ref().filter(|host| **host != process::host_name()) {
            write!(f, " on {host}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_holder_is_read_back() {
        let me = Identity::new(Name::new("x").expect("a name"));
        let text = String::from_utf8(me.to_text().to_vec()).expect("text");
        let read = Holder::from_text(&text);
        assert_eq!(read.pid, Some(me.pid));
        assert_eq!(read.owner, Some(me.owner));
        assert!(read.since.is_some_and(|since| since.starts_with("20")));
        let left = text.replacen("pid", "was", 1);
        assert_eq!(Holder::from_text(&left).pid, None);
    }

    /// The original put a lock file's text into a shell; here nothing in it can do more than be left out.
    #[test]
    fn b22_hostile_text_is_left_out() {
        for text in ["", "pid", "pid ", "pid 0", "pid -1", "pid 1; touch x", "pid 99999999999", "\0\0", "pid\t4"] {
            assert_eq!(Holder::from_text(text).pid, None, "{text:?}");
        }
        assert_eq!(Holder::from_text("since \u{1b}[31m").since, None);
        assert_eq!(Holder::default().to_string(), "another process");
    }
}
