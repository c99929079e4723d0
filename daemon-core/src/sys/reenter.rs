//! The only way a process of ours comes to be: the program is started again, in another role.
//!
//! A child made by `exec` inherits no locks, no heap and no half-made state, and costs the same however large the
//! daemon has grown. The role travels in one environment variable, which the new process takes away before anything
//! else.

use std::ffi::{CString, OsStr, OsString};
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use nix::fcntl::{FcntlArg, FdFlag, OFlag, fcntl, open};
use nix::sys::stat::Mode;

/// The variable that carries the role.
const VARIABLE: &str = "DAEMON_CORE_ROLE";

/// The variable by which an init system says that it wants to hear from us.
pub(crate) const NOTIFY: &str = "NOTIFY_SOCKET";
/// What an init system says to this process alone: no child may speak in its name.
pub(super) const FOR_US_ALONE: [&str; 3] = [NOTIFY, "WATCHDOG_USEC", "WATCHDOG_PID"];

/// How this process was started: enough to start the program again exactly as it was.
#[derive(Clone)]
pub(crate) struct Origin {
    pub(crate) arguments: Vec<OsString>,
    /// As it came in, in its order, without the role.
    pub(crate) environment: Vec<(OsString, OsString)>,
    /// What an init system wants to hear; the variables that said so are taken away from the environment.
    #[cfg(feature = "systemd")]
    pub(crate) wanted: Option<super::notify::Wanted>,
}

impl Origin {
    /// Takes the role away and remembers the rest. Call it before any thread is started.
    pub(crate) fn take() -> (Self, Option<String>) {
        let role = std::env::var(VARIABLE).ok();
        if role.is_some() {
            // SAFETY: first thing in `main`: no other thread is there to read the environment.
            unsafe { std::env::remove_var(VARIABLE) };
        }
        let origin = Self {
            arguments: std::env::args_os().collect(),
            environment: std::env::vars_os().collect(),
            #[cfg(feature = "systemd")]
            wanted: super::notify::Wanted::take(),
        };
        (origin, role)
    }

    /// Whether an init system wants to hear from us.
    pub(crate) fn is_supervised(&self) -> bool {
        self.environment.iter().any(|(name, _)| name == NOTIFY)
    }

    /// Starts `program` in `role` as a child, with nothing to read, and both outputs in pipes. It may not speak to an
    /// init system in our name.
    pub(crate) fn spawn(&self, program: &Program, role: &str) -> io::Result<Child> {
        let mut command = self.command(&program.path_of_file(), role);
        for name in FOR_US_ALONE {
            command.env_remove(name);
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()
    }

    /// Starts this very image in `role`, with `control` as its descriptor 0.
    pub(crate) fn spawn_controlled(&self, role: &str, control: OwnedFd) -> io::Result<Child> {
        self.command(Path::new("/proc/self/exe"), role).stdin(control).spawn()
    }

    /// Starts this very image in `role`, with the descriptors and the mask of signals that we have.
    pub(crate) fn spawn_beside(&self, role: &str) -> io::Result<Child> {
        self.command(Path::new("/proc/self/exe"), role).spawn()
    }

    /// Starts this very image in `role` as a worker: with `line` as its descriptor 0, both outputs in pipes, in a process group
    /// of its own. It inherits `shared`.
    #[cfg(feature = "workers")]
    pub(crate) fn spawn_worker(&self, role: &str, line: OwnedFd, shared: &[OwnedFd]) -> io::Result<Child> {
        let mut command = self.command(Path::new("/proc/self/exe"), role);
        for name in FOR_US_ALONE {
            command.env_remove(name);
        }
        command.stdin(line).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
        // Only for the moment of the start: commands of hooks must not inherit them. A thread of the author's that starts a
        // command in this moment would.
        shared.iter().try_for_each(|fd| keep(fd.as_fd(), true))?;
        let child = command.spawn();
        shared.iter().try_for_each(|fd| keep(fd.as_fd(), false))?;
        child
    }

    fn command(&self, image: &Path, role: &str) -> Command {
        let mut command = Command::new(image);
        let mut arguments = self.arguments.iter();
        if let Some(first) = arguments.next() {
            command.arg0(first);
        }
        command
            .args(arguments)
            .env_clear()
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .env(VARIABLE, role);
        command
    }

    /// Becomes `program` in `role`, in place: same process, same arguments, same environment. Of the descriptors only
    /// 0 to 2 and `kept` go along. Comes back only when that was not possible.
    pub(crate) fn exec(&self, program: &Program, role: &str, kept: &[BorrowedFd<'_>]) -> io::Error {
        match self.try_exec(program, role, kept) {
            Ok(never) => match never {},
            Err(error) => {
                for fd in kept {
                    let _ = keep(*fd, false);
                }
                error
            }
        }
    }

    fn try_exec(&self, program: &Program, role: &str, kept: &[BorrowedFd<'_>]) -> io::Result<std::convert::Infallible> {
        let path = c_string(program.path_of_file().as_os_str())?;
        let arguments = self.arguments.iter().map(|text| c_string(text)).collect::<io::Result<Vec<_>>>()?;
        let role = [(OsString::from(VARIABLE), OsString::from(role))];
        let environment = self
            .environment
            .iter()
            .chain(&role)
            .map(|(name, value)| c_string(&[name.as_os_str(), value.as_os_str()].join(OsStr::new("="))))
            .collect::<io::Result<Vec<_>>>()?;
        close_others_on_exec();
        for fd in kept {
            keep(*fd, true)?;
        }
        Ok(nix::unistd::execve(&path, &arguments, &environment)?)
    }
}

fn c_string(text: &OsStr) -> io::Result<CString> {
    CString::new(text.as_bytes()).map_err(io::Error::from)
}

/// Whatever code of others opened without close-on-exec stays behind.
pub(crate) fn close_others_on_exec() {
    // SAFETY: no memory is passed. Kernels before 5.11 do not know the flag; then only our own care is left.
    unsafe {
        libc::close_range(3, libc::c_uint::MAX, libc::CLOSE_RANGE_CLOEXEC.cast_signed());
    }
}

fn keep(fd: BorrowedFd<'_>, kept: bool) -> io::Result<()> {
    let flags = if kept { FdFlag::empty() } else { FdFlag::FD_CLOEXEC };
    fcntl(fd, FcntlArg::F_SETFD(flags))?;
    Ok(())
}

/// Takes over a descriptor that came through an exec by its number, and closes it on the next. `None` for a number
/// that is not open.
pub(crate) fn adopt(number: RawFd) -> Option<OwnedFd> {
    // SAFETY: asks about a number, passes no memory. -1 for one that is not open.
    if number < 3 || unsafe { libc::fcntl(number, libc::F_GETFD) } < 0 {
        return None;
    }
    // SAFETY: it is open, and only the image before us knew it, which is gone.
    let fd = unsafe { OwnedFd::from_raw_fd(number) };
    keep(fd.as_fd(), false).ok()?;
    Some(fd)
}

/// A descriptor that leads to this file (device, inode) and came through the exec that made this image: everything we
/// opened ourselves is close-on-exec.
pub(crate) fn inherited((device, inode): (u64, u64)) -> Option<OwnedFd> {
    let entries = std::fs::read_dir("/proc/self/fd").ok()?;
    let numbers: Vec<RawFd> = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    let leads_there = |number: &RawFd| {
        // SAFETY: asks about a number, passes no memory.
        let flags = unsafe { libc::fcntl(*number, libc::F_GETFD) };
        let there = std::fs::metadata(format!("/proc/self/fd/{number}"))
            .is_ok_and(|meta| (meta.dev(), meta.ino()) == (device, inode));
        flags == 0 && there
    };
    numbers.into_iter().find(leads_there).and_then(adopt)
}

/// A program file, opened once: what is tried is what is run, even if the file is replaced in between.
pub(crate) struct Program(OwnedFd);

impl Program {
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self(open(path, OFlag::O_PATH | OFlag::O_CLOEXEC, Mode::empty())?))
    }

    fn path_of_file(&self) -> PathBuf {
        // The number means the same in a child: descriptors are copied before they are closed.
        format!("/proc/self/fd/{}", self.0.as_raw_fd()).into()
    }
}

/// A name for `ps`, which would otherwise show the number of the descriptor that was executed.
pub(crate) fn show_name(program: &Path) {
    let name = program.file_name().unwrap_or_default().as_bytes();
    if let Ok(name) = CString::new(&name[..name.len().min(15)]) {
        // SAFETY: the kernel copies at most 16 bytes of a text that ends with NUL.
        unsafe {
            libc::prctl(libc::PR_SET_NAME, name.as_ptr());
        }
    }
}

/// The absolute path of the program, to be asked once, at start: later it may have been replaced.
pub(crate) fn program_path() -> io::Result<PathBuf> {
    let path = std::env::current_exe()?;
    // A file that was replaced before we could ask is told with this ending.
    let bytes = path.into_os_string().into_vec();
    let end = bytes.strip_suffix(b" (deleted)").unwrap_or(&bytes).to_vec();
    Ok(OsString::from_vec(end).into())
}
