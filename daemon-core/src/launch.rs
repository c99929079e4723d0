//! `-d`: the launcher, which returns only when the daemon is ready or has failed, and the daemon's side of that talk.

use std::io::{ErrorKind, Read, Write};
use std::net::Shutdown;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use nix::poll::{PollFd, PollFlags, poll};

use crate::error::{Error, Exit};
use crate::role;
use crate::sys::reenter::Origin;
use crate::sys::{cut, signals};

/// What a report of a failed start begins with; the exit code follows, then a line break and the reason.
const FAILED: &str = "failed ";
/// How long the launcher waits for the end of a daemon that has told how its start went, in milliseconds.
const LAST_WAIT: u16 = 1000;

/// How often, and how long apart, the daemon tries to give its word.
const TRIES: usize = 100;
const PAUSE: Duration = Duration::from_millis(10);

/// The daemon's line to its launcher: told once, when the start has succeeded or failed.
#[derive(Default)]
pub(crate) struct Report(Option<UnixStream>);

impl Report {
    /// The line that came as descriptor 0.
    pub(crate) fn to(control: OwnedFd) -> Self {
        cut::launcher(Some(control.as_raw_fd()));
        Self(Some(control.into()))
    }

    /// The start is complete: the launcher may go.
    pub(crate) fn ready(&mut self) {
        self.tell("ready\n");
    }

    /// The start has failed. Says whether somebody was there to hear it.
    pub(crate) fn failed(&mut self, error: &Error) -> bool {
        self.tell(&format!("{FAILED}{}\n{error}", error.exit().code()))
    }

    fn tell(&mut self, text: &str) -> bool {
        cut::launcher(None);
        // A launcher that was killed meanwhile is no reason to stop.
        let Some(mut control) = self.0.take() else { return false };
        for _ in 0..TRIES {
            match control.write_all(text.as_bytes()) {
                // The end is told by the word and not by closing: a process the daemon has started may hold the line
                // open.
                Ok(()) => return control.shutdown(Shutdown::Write).is_ok(),
                Err(error) if error.kind() == ErrorKind::BrokenPipe => return false,
                // Out of memory, say. Without the word a good start would be taken for a failed one.
                Err(_) => std::thread::sleep(PAUSE),
            }
        }
        false
    }
}

/// Starts the daemon in the background and waits for its report.
pub(crate) fn launch(origin: &Origin) -> Result<Exit, Error> {
    // Ctrl-C ends the launcher; a start under way does not depend on it.
    signals::unblock();
    let failed = |what: &str, error: std::io::Error| Error::new(Exit::Os, format!("{what}: {error}"));
    let (mut ours, theirs) = UnixStream::pair().map_err(|error| failed("can not make a socket pair", error))?;
    let mut child = origin
        .spawn_controlled(role::DAEMON, theirs.into())
        .map_err(|error| failed("can not start the program again", error))?;
    let mut text = Vec::new();
    let heard = ours.read_to_end(&mut text);
    // The child leaves as soon as it has detached the daemon from itself.
    let status = child.wait();
    if text.starts_with(FAILED.as_bytes()) {
        wait_for_the_end(&ours);
    }
    // The daemon's own word counts, whatever else went wrong.
    if let Some(verdict) = verdict(&String::from_utf8_lossy(&text)) {
        return verdict;
    }
    heard.map_err(|error| failed("can not hear from the daemon", error))?;
    match status.map_err(|error| failed("can not wait for the detached start", error))? {
        status if status.success() => {
            Err(Error::new(Exit::Software, "the daemon ended before it was ready, without a reason"))
        }
        status => Err(Error::new(Exit::Os, format!("the daemon could not detach: {status}"))),
    }
}

/// A daemon that was cut has said why and is just ending: whoever starts it once more shall not find its lock. A process
/// that it has started may hold the line open, so this is not waited for without end.
fn wait_for_the_end(line: &UnixStream) {
    let mut asked = [PollFd::new(line.as_fd(), PollFlags::empty())];
    // Only the hang-up, which is always told. Whatever else comes of it, the verdict is known.
    let _ = poll(&mut asked, LAST_WAIT);
}

/// What the daemon reported; `None` when it ended without a word.
fn verdict(text: &str) -> Option<Result<Exit, Error>> {
    if text == "ready\n" {
        return Some(Ok(Exit::Clean));
    }
    let (code, reason) = text.strip_prefix(FAILED)?.split_once('\n')?;
    let exit = Exit::from_code(code.parse().ok()?)?;
    Some(if exit == Exit::Clean { Ok(exit) } else { Err(Error::new(exit, reason)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_are_understood_and_nothing_else_is() {
        assert!(matches!(verdict("ready\n"), Some(Ok(Exit::Clean))));
        let Some(Err(error)) = verdict("failed 75\nalready running:\npid 7") else { panic!("a failure") };
        assert_eq!((error.exit(), error.to_string().as_str()), (Exit::TempFail, "already running:\npid 7"));
        assert!(matches!(verdict("failed 0\n"), Some(Ok(Exit::Clean))));
        for text in ["", "ready", "failed", "failed 1\nx", "failed x\n", "failed 75"] {
            assert!(verdict(text).is_none(), "{text:?}");
        }
    }
}
