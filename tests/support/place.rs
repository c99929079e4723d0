//! A directory of a test's own.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A private directory, removed with all its content when the test is over.
pub struct Place(PathBuf);

static COUNT: AtomicUsize = AtomicUsize::new(0);

impl Place {
    /// A new directory, mode 0700, which nobody else uses.
    ///
    /// # Panics
    /// When it can not be made.
    #[must_use]
    pub fn new() -> Self {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("daemon-tests-{}-{number}", std::process::id()));
        fs::create_dir(&path).expect("a directory of its own");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).expect("a private mode");
        Self(path)
    }

    /// The directory.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// A file in it.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The lock that the daemons of this test share.
    #[must_use]
    pub fn lock(&self) -> PathBuf {
        self.file("test.lock")
    }
}

impl Default for Place {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
