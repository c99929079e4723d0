//! Which log file is opened, and what becomes of a daemon that can not open one.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use super::LogTo;
use super::careful;
use super::file::FileTarget;
use super::given::{self, Given};
use crate::clock::Wall;
use crate::error::{Error, Exit};
use crate::sys::process;

/// How the targets are to be opened.
pub(crate) struct Opening<'a> {
    pub(crate) to: &'a LogTo,
    /// What relative names count from.
    pub(crate) base: &'a Path,
    pub(crate) verbose: bool,
    /// There is no standard output: a file that can not be opened is an error.
    pub(crate) detached: bool,
    /// The user and group that root will become, who must be able to open the file again.
    pub(crate) owner: Option<(u32, u32)>,
}

/// What there is to write to.
#[derive(Default)]
pub(super) struct Found {
    pub(super) file: Option<(PathBuf, FileTarget)>,
    /// To be told.
    pub(super) trouble: Option<String>,
    /// It is not the file that was meant.
    pub(super) stuck: bool,
}

impl Opening<'_> {
    /// Opens the file as declared; `None` when root must leave that to its later user. `old` gives the file an earlier
    /// image wrote to, which does if no other can be opened.
    pub(super) fn find(
        &self,
        wall: Wall,
        old: impl FnOnce() -> Option<(PathBuf, OwnedFd)>,
    ) -> Result<Option<Found>, Error> {
        let Some(path) = self.to.path(wall).map(|path| self.base.join(path)) else {
            return Ok(Some(Found::default()));
        };
        if let Some(owner) = self.owner {
            return Ok(given::open(&path, owner).map(|Given { file, of }| {
                let trouble = of.map(|of| not_given(&path, of, owner.0));
                Found { file: Some((path, file)), trouble, stuck: false }
            }));
        }
        let error = match careful::open(&path) {
            Ok(file) => return Ok(Some(Found { file: Some((path, file)), ..Found::default() })),
            Err(error) => error,
        };
        let shown = path.display();
        if let Some((old, file)) = old() {
            let trouble = Some(format!("can not open the log {shown}: {error}; staying with the old one"));
            let file = Some((old, FileTarget::from(File::from(file))));
            return Ok(Some(Found { file, trouble, stuck: true }));
        }
        let text = format!("can not write to the log {shown}: {error}");
        if self.detached {
            return Err(Error::new(Exit::CantCreate, text));
        }
        Ok(Some(Found { trouble: Some(format!("{text}; using standard output")), ..Found::default() }))
    }
}

fn not_given(path: &Path, of: u32, user: u32) -> String {
    let (path, of, user) = (path.display(), process::user_name(of), process::user_name(user));
    format!("the log {path} was there before and keeps its owner {of}: give it to {user}, who could not open it again")
}
