//! What a process owes to others if it ends before it is a ready daemon: a word to the launcher that waits for it; and after
//! a restart in place the PID file, which names it already, and its reason in the log of the image before.

use std::io::Write;

use crate::error::Error;
use crate::handover::Handover;
use crate::launch::Report;
use crate::log;
use crate::pid_file::PidFile;
use crate::sys::reenter;

/// What is still owed.
#[derive(Default)]
pub(crate) struct Farewell {
    /// The line to a launcher.
    pub(crate) report: Report,
    /// The PID file that the image before has left.
    pub(crate) pid_file: Option<PidFile>,
}

impl Farewell {
    /// After a restart in place: takes what only this image knows of.
    pub(crate) fn inherit(&mut self, handover: &mut Handover) {
        if let Some((path, number)) = handover.log.take()
            && let Some(file) = reenter::adopt(number)
        {
            log::inherit(path, file);
        }
        let kept = |(path, number): (_, Option<_>)| PidFile::kept(path, number.and_then(reenter::adopt));
        self.pid_file = handover.pid_file.take().map(kept);
    }

    /// The last word of a daemon called `name` whose end nobody has heard of yet.
    pub(crate) fn say(&mut self, name: &str, error: &Error) {
        if !self.report.failed(error) {
            log::last_word(error);
            // Nothing can be done where standard error is gone too.
            let _ = writeln!(std::io::stderr(), "{name}: {error}");
        }
        self.pid_file.take().into_iter().for_each(PidFile::remove);
    }
}
