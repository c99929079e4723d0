//! Faults of changing the user, with real processes: rows 117 to 120 of the fault table, core files (108), and what
//! follows for lock, log and PID file when the process is not root any more. All of it needs root.

mod cores;
mod descriptors;
mod files;
mod restart;
mod steps;
mod threads;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use daemon_tests::{Child, Detached, Place, alone, proc};

/// Declares the user `nobody`.
const DAEMON: &str = env!("CARGO_BIN_EXE_privileged");
/// Declares the user `daemon`.
const OTHER: &str = env!("CARGO_BIN_EXE_privileged_other");
/// Declares no user.
const PLAIN: &str = env!("CARGO_BIN_EXE_lifecycle");

/// The number of the user `nobody`, and of its group.
fn nobody() -> (u32, u32) {
    let user = nix::unistd::User::from_name("nobody").expect("a user database").expect("the user nobody");
    (user.uid.as_raw(), user.gid.as_raw())
}

/// A place of root's in which others may look, and a program there that others may start.
struct Open {
    place: Place,
    program: PathBuf,
}

impl Open {
    fn new() -> Self {
        Self::with(DAEMON)
    }

    fn with(program: &str) -> Self {
        assert!(nix::unistd::geteuid().is_root(), "this test changes users: run it as root");
        let place = Place::new();
        fs::set_permissions(place.path(), fs::Permissions::from_mode(0o755)).expect("a mode");
        let open = Self { program: place.file("program"), place };
        open.install(program);
        open
    }

    /// Puts another program in its place, as packages do.
    fn install(&self, program: &str) {
        let new = self.place.file("new");
        // By another process: a file that this one has open for writing could be inherited by a child of another test, and
        // then not be started.
        let installed = Command::new("install").args(["-m", "755"]).arg(program).arg(&new).status();
        assert!(installed.is_ok_and(|status| status.success()), "{program} can not be copied");
        fs::rename(&new, &self.program).expect("renamed");
    }

    fn file(&self, name: &str) -> PathBuf {
        self.place.file(name)
    }

    /// A file of root's with this content and mode.
    fn write(&self, name: &str, content: &str, mode: u32) -> PathBuf {
        let path = self.file(name);
        fs::write(&path, content).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("a mode");
        path
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        alone(&mut command);
        command
    }

    /// In the foreground, with the lock of the place.
    fn foreground(&self, arguments: &[&str]) -> Child {
        let mut command = self.command();
        command.arg("--lock").arg(self.place.lock()).args(arguments);
        Child::spawn(command)
    }

    /// In the background, with lock and log of the place.
    fn background(&self, arguments: &[&str]) -> Detached {
        let mut command = self.command();
        command.args(arguments);
        self.detach(command)
    }

    fn detach(&self, command: Command) -> Detached {
        Detached::spawn(command, &self.place).unwrap_or_else(|ended| panic!("the launcher failed: {ended:#?}"))
    }
}

/// Four times this number, as `/proc/PID/status` shows users and groups.
fn four(number: u32) -> String {
    [number.to_string().as_str(); 4].join("\t")
}

/// Owner, group and mode of a file.
fn of(path: &Path) -> (u32, u32, u32) {
    use std::os::unix::fs::MetadataExt;
    let meta = fs::symlink_metadata(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    (meta.uid(), meta.gid(), meta.mode() & 0o7777)
}

/// Fails unless the process is wholly `uid` and `gid`, with these groups, and can gain nothing.
fn expect_wholly(pid: u32, (uid, gid): (u32, u32), groups: &str) {
    assert_eq!(proc::status(pid, "Uid"), four(uid));
    assert_eq!(proc::status(pid, "Gid"), four(gid));
    assert_eq!(proc::status(pid, "Groups"), groups);
    assert_eq!(proc::status(pid, "NoNewPrivs"), "1");
    for set in ["CapPrm", "CapEff", "CapAmb"] {
        assert_eq!(proc::status(pid, set), "0000000000000000", "{set}");
    }
}
