//! What a daemon may find when it starts: another session, signals blocked, ignored or already waiting.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// A session of its own, so that no terminal of whoever runs the tests belongs to the daemon; and no descriptors of
/// theirs but the standard ones. An init system that runs the tests does not wait for a word of it, and a hang-up is not
/// ignored for it as `nohup` would have it.
pub fn alone(command: &mut Command) -> &mut Command {
    command.env_remove("NOTIFY_SOCKET");
    // SAFETY: all three calls are allowed between fork and exec, and none touches memory.
    unsafe {
        command.pre_exec(|| {
            let closing = libc::close_range(3, u32::MAX, libc::CLOSE_RANGE_CLOEXEC.cast_signed());
            let heard = libc::signal(libc::SIGHUP, libc::SIG_DFL) != libc::SIG_ERR;
            if libc::setsid() == -1 || closing == -1 || !heard {
                return Err(io::Error::last_os_error());
            }
            Ok(())
        })
    }
}

/// All signals blocked, and `pending` sent already: they wait for the very first statement of `main`.
pub fn with_pending(command: &mut Command, pending: Vec<i32>) -> &mut Command {
    // SAFETY: only calls that are allowed between fork and exec; the set lives on the stack, and is filled before use.
    unsafe {
        command.pre_exec(move || {
            block_all()?;
            for number in &pending {
                if libc::kill(libc::getpid(), *number) != 0 {
                    return Err(io::Error::last_os_error());
                }
            }
            Ok(())
        })
    }
}

/// All signals blocked, and all of `ignored` ignored, as a careless parent leaves them.
pub fn hostile(command: &mut Command, ignored: Vec<i32>) -> &mut Command {
    // SAFETY: only calls that are allowed between fork and exec.
    unsafe {
        command.pre_exec(move || {
            for number in &ignored {
                if libc::signal(*number, libc::SIG_IGN) == libc::SIG_ERR {
                    return Err(io::Error::last_os_error());
                }
            }
            block_all()
        })
    }
}

fn block_all() -> io::Result<()> {
    // SAFETY: the set is filled before it is used, and only used here.
    let outcome = unsafe {
        let mut all = std::mem::zeroed();
        libc::sigfillset(&raw mut all);
        libc::sigprocmask(libc::SIG_BLOCK, &raw const all, std::ptr::null_mut())
    };
    if outcome == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}
