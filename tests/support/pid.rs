//! A process with a number that the test chooses.

use std::io;

/// A process that only sleeps, killed and reaped when it is dropped.
pub struct Bystander(libc::pid_t);

/// What `clone3(2)` takes; the C library has no name for it everywhere.
#[repr(C)]
#[derive(Default)]
struct CloneArguments {
    flags: u64,
    pidfd: u64,
    child_tid: u64,
    parent_tid: u64,
    exit_signal: u64,
    stack: u64,
    stack_size: u64,
    tls: u64,
    set_tid: u64,
    set_tid_size: u64,
    cgroup: u64,
}

impl Bystander {
    /// A process with the number `pid`, or with any.
    ///
    /// # Errors
    /// When the number is in use, or may not be chosen: that takes root.
    #[allow(clippy::cast_sign_loss, reason = "constants and addresses")]
    pub fn new(pid: Option<libc::pid_t>) -> io::Result<Self> {
        let arguments = CloneArguments {
            exit_signal: libc::SIGCHLD as u64,
            set_tid: pid.as_ref().map_or(0, |pid| std::ptr::from_ref(pid).addr() as u64),
            set_tid_size: u64::from(pid.is_some()),
            ..CloneArguments::default()
        };
        // SAFETY: the arguments are valid for the length given; the child is a copy of this thread and does nothing but
        // sleep, until it is killed.
        let child = unsafe {
            let child = libc::syscall(libc::SYS_clone3, &raw const arguments, size_of::<CloneArguments>());
            if child == 0 {
                // The pipes of other tests among them, which would never end.
                libc::close_range(0, libc::c_uint::MAX, 0);
                loop {
                    libc::pause();
                }
            }
            child
        };
        match libc::pid_t::try_from(child) {
            Ok(child) if child > 0 => Ok(Self(child)),
            _ => Err(io::Error::last_os_error()),
        }
    }

    /// Its number.
    #[must_use]
    pub const fn pid(&self) -> libc::pid_t {
        self.0
    }

    /// Whether nothing has ended it.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        // SAFETY: no memory is passed but a null.
        unsafe { libc::waitpid(self.0, std::ptr::null_mut(), libc::WNOHANG) == 0 }
    }
}

impl Drop for Bystander {
    fn drop(&mut self) {
        // SAFETY: a child of ours; if it was reaped already, both calls find none of that number among our children.
        unsafe {
            if self.is_alive() {
                libc::kill(self.0, libc::SIGKILL);
                libc::waitpid(self.0, std::ptr::null_mut(), 0);
            }
        }
    }
}
