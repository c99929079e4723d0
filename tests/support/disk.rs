//! A file system of a test's own: so small that it can be filled, or so that it can be made read-only.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Place;

/// A file system of 64 kB, which only its owner may enter; unmounted when the test is over.
pub struct Disk(PathBuf);

impl Disk {
    /// Mounts it in `place`.
    ///
    /// # Panics
    /// When that is not possible: it takes root.
    #[must_use]
    pub fn new(place: &Place) -> Self {
        let disk = Self(place.file("disk"));
        fs::create_dir(&disk.0).expect("a mount point");
        disk.mount("size=64k,mode=0700");
        disk
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Takes up all the room there is, by the file that is returned.
    ///
    /// # Panics
    /// When not even an empty file can be made.
    #[must_use]
    pub fn fill(&self) -> PathBuf {
        let path = self.0.join("filler");
        let mut file = File::create(&path).expect("a filler");
        for size in [4096, 1] {
            while file.write(&vec![0; size]).is_ok_and(|written| written == size) {}
        }
        path
    }

    /// Lets nothing be written to it any more.
    pub fn make_read_only(&self) {
        self.mount("remount,ro");
    }

    fn mount(&self, options: &str) {
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(&self.0);
        let done = mount.status().expect("this test needs `mount`");
        assert!(done.success(), "no tmpfs: this test needs root");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}
