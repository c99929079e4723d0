//! What the process is: who runs it, from where, on which terminal, with how much memory.

use std::fs;
use std::os::fd::{BorrowedFd, FromRawFd, OwnedFd};
use std::path::PathBuf;
use std::sync::OnceLock;

use nix::sys::stat::{Mode, umask};
use nix::unistd::{Uid, User, geteuid, getpid};

/// Our process number.
pub(crate) fn pid() -> u32 {
    getpid().as_raw().cast_unsigned()
}

/// The user whose rights we have.
pub(crate) fn uid() -> u32 {
    geteuid().as_raw()
}

/// The user of the first start, where that is known.
static FIRST: OnceLock<u32> = OnceLock::new();

/// The user who started the daemon: whose state directory is used, whoever the process has become since then.
pub(crate) fn first_uid() -> u32 {
    FIRST.get().copied().unwrap_or_else(uid)
}

/// Says who started the daemon. Later words change nothing.
pub(crate) fn set_first_uid(uid: u32) {
    let _ = FIRST.set(uid);
}

/// Sets what is taken away from the mode of new files.
pub(crate) fn set_umask(mask: u32) {
    umask(Mode::from_bits_truncate(mask));
}

/// A descriptor that becomes readable when the child of this number ends. It can not mean another process, as long as
/// the child has not been waited for.
pub(crate) fn pidfd(pid: u32) -> std::io::Result<OwnedFd> {
    // SAFETY: no memory is passed.
    let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, libc::c_long::from(pid), 0) };
    let fd = i32::try_from(fd).ok().filter(|fd| *fd >= 0).ok_or_else(std::io::Error::last_os_error)?;
    // SAFETY: the kernel just made this descriptor for us; it is close-on-exec from birth.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// The name of a user, or its number where it has none.
pub(crate) fn user_name(uid: u32) -> String {
    match User::from_uid(Uid::from_raw(uid)) {
        Ok(Some(user)) => user.name,
        _ => uid.to_string(),
    }
}

/// The home directory of a user by the user database; `$HOME` is not asked, since cron and a shell would disagree.
pub(crate) fn home(uid: u32) -> Option<PathBuf> {
    User::from_uid(Uid::from_raw(uid)).ok().flatten().map(|user| user.dir)
}

/// Whether the process belongs to a terminal (standard input need not be it).
pub(crate) fn has_terminal() -> bool {
    // Opening it is the definition: ENXIO when there is none.
    fs::File::open("/dev/tty").is_ok()
}

/// This boot of this machine, as 32 hex digits and dashes; empty where /proc is missing.
pub(crate) fn boot_id() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id").map(|id| id.trim().to_owned()).unwrap_or_default()
}

/// The name of this machine.
pub(crate) fn host_name() -> String {
    fs::read_to_string("/proc/sys/kernel/hostname").map(|name| name.trim().to_owned()).unwrap_or_default()
}

/// 128 random bits as hex digits: the only thing by which "mine" may be decided.
pub(crate) fn random_id() -> String {
    random().map(|bits| format!("{bits:032x}")).unwrap_or_default()
}

/// A random number to start a sequence with.
pub(crate) fn seed() -> u64 {
    #[allow(clippy::cast_possible_truncation, reason = "any 64 of the bits do")]
    random().map_or(0x9E37_79B9_7F4A_7C15, |bits| bits as u64)
}

fn random() -> Option<u128> {
    let mut bytes = [0u8; 16];
    // SAFETY: the buffer is writable for the length given.
    let got = unsafe { libc::getrandom(bytes.as_mut_ptr().cast(), bytes.len(), 0) };
    (got == 16).then(|| u128::from_ne_bytes(bytes))
}

/// How nice the process is, from -20 to 19.
pub(crate) fn niceness() -> i32 {
    // SAFETY: no memory is passed; -1 can be a result, and an error is not possible for ourselves.
    unsafe { libc::getpriority(libc::PRIO_PROCESS, 0) }
}

/// Sets how nice the thread of this number is, or our own for 0. What a thread starts inherits it.
pub(crate) fn set_niceness(thread: u32, niceness: i32) -> std::io::Result<()> {
    // SAFETY: no memory is passed.
    let set = unsafe { libc::setpriority(libc::PRIO_PROCESS, thread, niceness) };
    if set == 0 { Ok(()) } else { Err(std::io::Error::last_os_error()) }
}

/// How many threads would take a TERM: all that do not block it.
pub(crate) fn hearing_threads() -> usize {
    let hears = |entry: &fs::DirEntry| {
        let status = fs::read_to_string(entry.path().join("status")).unwrap_or_default();
        let blocked = status.lines().find_map(|line| line.strip_prefix("SigBlk:"));
        let blocked = blocked.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
        blocked.is_some_and(|mask| mask & 1 << (libc::SIGTERM - 1) == 0)
    };
    fs::read_dir("/proc/self/task").map_or(1, |tasks| tasks.flatten().filter(hears).count())
}

/// Resident memory now and at its highest, in bytes.
pub(crate) fn memory() -> (u64, u64) {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let field = |key: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or(0) * 1024
    };
    (field("VmRSS:"), field("VmHWM:"))
}

/// The name of the file system `fd` is on, if it is one that only pretends to lock, or locks over a network.
pub(crate) fn network_file_system(fd: BorrowedFd<'_>) -> Option<&'static str> {
    const NAMES: &[(i64, &str)] = &[
        (0x6969, "NFS"),
        (0x517B, "SMB"),
        (0xFF53_4D42, "CIFS"),
        (0xFE53_4D42, "SMB2"),
        (0x6573_5546, "FUSE"),
        (0x0102_1997, "9p"),
        (0x5346_414F, "AFS"),
        (0x7375_7245, "Coda"),
        (0x564C, "NCP"),
        (0x0BD0_0BD0, "Lustre"),
        (0x00C3_6400, "Ceph"),
        (0x7461_636F, "OCFS2"),
    ];
    let kind = nix::sys::statfs::fstatfs(fd).ok()?.filesystem_type().0;
    // The kernel's number may come sign-extended.
    NAMES.iter().find(|(number, _)| *number == (kind & 0xFFFF_FFFF)).map(|(_, name)| *name)
}
