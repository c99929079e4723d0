//! Speaks to the init system: puts notices into its words, and keeps what it does not take yet.
//!
//! Decides nothing: what is told when is the engine's affair. A line that leads nowhere is no error of the daemon's.

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::io::{self, ErrorKind};
use std::mem::{Discriminant, discriminant};

use sd_notify::NotifyState;

use crate::engine::Notice;
use crate::sys::notify::Line;

/// A longer line of status is cut; it is meant to be read in one glance.
const LONGEST_STATUS: usize = 200;

/// The line to the init system, and what is still to be said on it.
pub(crate) struct Herald {
    /// Or why there is none.
    line: io::Result<Line>,
    /// In the order in which it was to be told, each kind once: an older one of the same kind is out of date.
    unsent: VecDeque<(Discriminant<Notice>, String)>,
    /// That nobody listens has been noted.
    complained: bool,
}

impl Herald {
    /// Speaks to the socket of this name.
    pub(crate) fn new(socket: &OsStr) -> Self {
        Self { line: Line::to(socket), unsent: VecDeque::new(), complained: false }
    }

    /// Tells it, behind what is still unsent. `false`: the queue is full, and it makes sense to try again soon. What
    /// nobody listens to is kept as well, for whoever comes to listen there next.
    pub(crate) fn tell(&mut self, notice: &Notice) -> bool {
        let line = match &self.line {
            Ok(line) => line,
            Err(error) => {
                complain(&mut self.complained, error);
                return true;
            }
        };
        if *notice != Notice::Again {
            let kind = discriminant(notice);
            self.unsent.retain(|(earlier, _)| *earlier != kind);
            self.unsent.push_back((kind, message(notice)));
        }
        while let Some((_, message)) = self.unsent.front() {
            match line.send(message) {
                Ok(()) => drop(self.unsent.pop_front()),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return false,
                Err(error) => {
                    complain(&mut self.complained, &error);
                    return true;
                }
            }
        }
        true
    }
}

/// Says so once.
fn complain(complained: &mut bool, error: &io::Error) {
    if !std::mem::replace(complained, true) {
        log::debug!(target: "daemon", "the init system can not be told anything: {error}");
    }
}

/// One message: lines of `KEY=value`.
fn message(notice: &Notice) -> String {
    let say = |states: &[NotifyState<'_>]| states.iter().map(|state| format!("{state}\n")).collect::<String>();
    match notice {
        Notice::Ready { again: false } => say(&[NotifyState::Ready, NotifyState::Status("started")]),
        Notice::Ready { again: true } => say(&[NotifyState::Ready, NotifyState::Status("started again")]),
        Notice::Reloading(at) => {
            let micros = NotifyState::MonotonicUsec(i128::from(at.0 / 1000));
            say(&[NotifyState::Reloading, micros, NotifyState::Status("restarting")])
        }
        Notice::Stopping(reason) if reason.is_empty() => say(&[NotifyState::Stopping, NotifyState::Status("stopping")]),
        Notice::Stopping(reason) => {
            let status = format!("stopping: {}", one_line(reason));
            say(&[NotifyState::Stopping, NotifyState::Status(&status)])
        }
        Notice::Status(text) => say(&[NotifyState::Status(&one_line(text))]),
        Notice::Alive => say(&[NotifyState::Watchdog]),
        // The crate's own word for it ends at 71 minutes.
        Notice::Takes(longest) => say(&[NotifyState::Custom(&format!("EXTEND_TIMEOUT_USEC={}", longest.as_micros()))]),
        Notice::Again => String::new(),
    }
}

/// A line break would end the value, and what follows would be read as a word of its own.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST_STATUS).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::clock::Mono;

    #[test]
    fn notices_in_words() {
        let words = [
            (Notice::Ready { again: false }, "READY=1\nSTATUS=started\n"),
            (Notice::Ready { again: true }, "READY=1\nSTATUS=started again\n"),
            (Notice::Reloading(Mono(5_000_999)), "RELOADING=1\nMONOTONIC_USEC=5000\nSTATUS=restarting\n"),
            (Notice::Stopping(String::new()), "STOPPING=1\nSTATUS=stopping\n"),
            (Notice::Stopping("SIGTERM".into()), "STOPPING=1\nSTATUS=stopping: SIGTERM\n"),
            (Notice::Status("2 iterations".into()), "STATUS=2 iterations\n"),
            (Notice::Alive, "WATCHDOG=1\n"),
            (Notice::Takes(Duration::from_secs(7200)), "EXTEND_TIMEOUT_USEC=7200000000\n"),
        ];
        for (notice, text) in words {
            assert_eq!(message(&notice), text);
        }
    }

    /// The reason for a stop may be any error text.
    #[test]
    fn fault_008_no_text_can_say_more_than_a_status() {
        let hostile = format!("no\nREADY=1\r\nMAINPID=1\0{}", "ü".repeat(5000));
        let said = message(&Notice::Stopping(hostile));
        let lines: Vec<&str> = said.lines().collect();
        assert_eq!((lines.len(), lines[0]), (2, "STOPPING=1"));
        assert!(lines[1].starts_with("STATUS=stopping: no READY=1  MAINPID=1 ü"), "{said}");
        assert!(said.len() < 1000, "{}", said.len());
    }

    /// Nobody is there, then somebody is: what still matters comes, in order, and each kind once.
    #[test]
    fn fault_008_what_could_not_be_told_is_told_later() {
        let path = std::env::temp_dir().join(format!("daemon-core-herald-{}", std::process::id()));
        let mut herald = Herald::new(path.as_os_str());
        for notice in
            [Notice::Ready { again: false }, Notice::Status("1".into()), Notice::Alive, Notice::Status("2".into())]
        {
            assert!(herald.tell(&notice), "nobody listens: no use in trying soon");
        }
        let listener = std::os::unix::net::UnixDatagram::bind(&path).expect("a socket");
        assert!(herald.tell(&Notice::Again));
        let heard = || {
            let mut buffer = [0; 100];
            let len = listener.recv(&mut buffer).expect("a message");
            String::from_utf8_lossy(&buffer[..len]).into_owned()
        };
        assert_eq!([heard(), heard(), heard()], ["READY=1\nSTATUS=started\n", "WATCHDOG=1\n", "STATUS=2\n"]);
        std::fs::remove_file(path).expect("removed");
    }
}
