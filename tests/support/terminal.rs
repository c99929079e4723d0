//! A terminal for a daemon under test.

use std::ffi::{CStr, CString};
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd};
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Makes `command`, which must lead a session of its own, begin on a new terminal; what is written to the file is typed
/// there, and the terminal goes away with it.
///
/// # Panics
/// When there is no terminal to be had.
pub fn on_terminal(command: &mut Command) -> File {
    let (master, name) = terminal();
    // SAFETY: only calls that are allowed between fork and exec; the name was made before. What is opened stays open:
    // the terminal belongs to the session as long as somebody has it open.
    unsafe {
        command.pre_exec(move || {
            let slave = libc::open(name.as_ptr(), libc::O_RDWR);
            if slave >= 0 && libc::ioctl(slave, libc::TIOCSCTTY, 0) == 0 {
                return Ok(());
            }
            Err(io::Error::last_os_error())
        });
    }
    master
}

/// Its master, and the name under which a session opens it.
fn terminal() -> (File, CString) {
    // SAFETY: the descriptor is new and owned by the file alone; the name is written into a buffer of the given size.
    unsafe {
        let master = libc::posix_openpt(libc::O_RDWR | libc::O_NOCTTY | libc::O_CLOEXEC);
        assert!(master >= 0, "no terminal: {}", io::Error::last_os_error());
        let master = File::from_raw_fd(master);
        assert_eq!(libc::grantpt(master.as_raw_fd()), 0);
        assert_eq!(libc::unlockpt(master.as_raw_fd()), 0);
        let mut name = [0; 64];
        let size = name.len();
        assert_eq!(libc::ptsname_r(master.as_raw_fd(), name.as_mut_ptr(), size), 0);
        (master, CStr::from_ptr(name.as_ptr()).to_owned())
    }
}
