//! The log file of the image before a restart in place: a start that ends before it has opened a file of its own says why in
//! there. It is never written to while another can still be opened.

use std::fs::File;
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::PathBuf;

use log::Level;

use super::counted::Counted;
use super::file::FileTarget;
use super::record::{self, Source};
use super::sink::{SINK, State, sink};
use crate::error::Error;
use crate::sys::{clock, cut};

/// After a restart in place: the file that the image before has used. A start that ends before it opens one of its own says
/// why in there.
pub(crate) fn inherit(path: PathBuf, file: OwnedFd) {
    cut::log_file(Some(file.as_raw_fd()));
    sink().state().old = Some((path, file));
}

/// An image after a restart in place ends before there is a loop: says why in the log of the image before.
pub(crate) fn last_word(error: &Error) {
    let Some(sink) = SINK.get() else { return };
    if sink.state().old.is_none() {
        return;
    }
    let mut lines = Vec::new();
    let source = Source { wall: clock::wall(), pid: sink.pid, target: "daemon", level: Level::Error };
    record::write(&mut lines, source, &error.to_string());
    let mut state = sink.state();
    state.fall_back(sink.pid);
    state.write(&lines, sink.pid);
}

impl State {
    /// The targets were never opened: what was logged goes to the file of the image before, if there was one.
    pub(super) fn fall_back(&mut self, pid: u32) {
        let Some((path, file)) = self.old.take() else { return };
        (self.path, self.file) = (Some(path), Some(Counted::new(FileTarget::from(File::from(file)))));
        self.opened = true;
        self.write_early(pid);
    }
}
