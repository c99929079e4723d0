//! Whose a name in the kernel is, as the kernel itself tells it: also of a holder that does not answer.
//!
//! `sock_diag(7)`: a list of the Unix sockets of this network namespace, which every user may ask for. It costs the holder
//! nothing. A kernel without it (built without `unix_diag`, or older than 4.20), or a filter of system calls, gives none.

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

/// Of `linux/sock_diag.h` and `linux/unix_diag.h`; libc has them for some targets only.
const SOCK_DIAG_BY_FAMILY: u16 = 20;
const SHOW_NAME: u32 = 1;
const SHOW_UID: u32 = 0x40;
const NAME: u16 = 0;
const UID: u16 = 7;
/// The states of a socket that was bound, and of one that listens. The sockets in a queue bear the name of the one that
/// listens and belong to root, so they must not be asked for.
const BOUND: u32 = 1 << 7;
const LISTENS: u32 = 1 << 10;
const STREAM: u8 = 1;
/// Both headers before the attributes of a socket.
const NETLINK_HEADER: usize = 16;
const SOCKET_HEADER: usize = 16;
/// The kernel fills at most 32 KiB at once.
const BUFFER: usize = 32 * 1024;
/// Far more answers than a machine has sockets: the kernel ends the list, and so does this.
const ANSWERS: usize = 100_000;

/// The user who made the socket that holds the abstract name `name`; `None` when nobody holds it, or the kernel does not
/// tell.
pub(crate) fn of(name: &str) -> Option<u32> {
    let socket = ask().ok()?;
    let mut buffer = vec![0; BUFFER];
    for _ in 0..ANSWERS {
        // SAFETY: the buffer is writable for its length.
        let len = unsafe { libc::recv(socket.as_raw_fd(), buffer.as_mut_ptr().cast(), buffer.len(), 0) };
        let mut rest = buffer.get(..usize::try_from(len).ok()?)?;
        while let Some((kind, message, next)) = message(rest) {
            match i32::from(kind) {
                libc::NLMSG_DONE | libc::NLMSG_ERROR => return None,
                _ => {}
            }
            if let Some(owner) = owner(message, name) {
                return Some(owner);
            }
            rest = next;
        }
    }
    None
}

/// Sends the question for all sockets.
fn ask() -> io::Result<OwnedFd> {
    let kind = libc::SOCK_RAW | libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK;
    // SAFETY: no memory is passed.
    let fd = unsafe { libc::socket(libc::AF_NETLINK, kind, libc::NETLINK_SOCK_DIAG) };
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the kernel just gave us this descriptor; nobody else owns it.
    let socket = unsafe { OwnedFd::from_raw_fd(fd) };
    let flags = u16::try_from(libc::NLM_F_REQUEST | libc::NLM_F_DUMP).map_err(io::Error::other)?;
    let mut question = Vec::new();
    question.extend(40u32.to_ne_bytes());
    question.extend(SOCK_DIAG_BY_FAMILY.to_ne_bytes());
    question.extend(flags.to_ne_bytes());
    // Number and sender, which the kernel does not need.
    question.extend([0; 8]);
    question.extend([u8::try_from(libc::AF_UNIX).map_err(io::Error::other)?, 0, 0, 0]);
    question.extend((BOUND | LISTENS).to_ne_bytes());
    question.extend(0u32.to_ne_bytes());
    question.extend((SHOW_NAME | SHOW_UID).to_ne_bytes());
    // Of any socket.
    question.extend([0; 8]);
    // SAFETY: the question is readable for its length.
    let sent = unsafe { libc::send(socket.as_raw_fd(), question.as_ptr().cast(), question.len(), 0) };
    if sent < 0 { Err(io::Error::last_os_error()) } else { Ok(socket) }
}

/// The kind and the content of the first message, and what comes behind it.
fn message(bytes: &[u8]) -> Option<(u16, &[u8], &[u8])> {
    let len = usize::try_from(u32::from_ne_bytes(bytes.get(..4)?.try_into().ok()?)).ok()?;
    let kind = u16::from_ne_bytes(bytes.get(4..6)?.try_into().ok()?);
    let next = bytes.get(len.next_multiple_of(4)..).unwrap_or_default();
    Some((kind, bytes.get(NETLINK_HEADER..len)?, next))
}

/// The owner in what is told of one socket, if that bears the name.
fn owner(socket: &[u8], name: &str) -> Option<u32> {
    // Others may have the same name for another type.
    if *socket.get(1)? != STREAM {
        return None;
    }
    let (mut named, mut owner) = (false, None);
    let mut rest = socket.get(SOCKET_HEADER..)?;
    while let (Some(len), Some(kind)) = (rest.get(..2), rest.get(2..4)) {
        let len = usize::from(u16::from_ne_bytes(len.try_into().ok()?));
        let value = rest.get(4..len)?;
        match u16::from_ne_bytes(kind.try_into().ok()?) {
            NAME => named = value.split_first() == Some((&0, name.as_bytes())),
            UID => owner = Some(u32::from_ne_bytes(value.try_into().ok()?)),
            _ => {}
        }
        rest = rest.get(len.next_multiple_of(4)..).unwrap_or_default();
    }
    owner.filter(|_| named)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::interlock::{Taken, holder, take};

    /// Also with places taken in its queue, which the kernel lists as root's.
    #[test]
    fn the_owner_of_a_name_is_told() {
        let name = format!("daemon-core-test-{}-owner", std::process::id());
        assert_eq!(of(&name), None);
        let Taken::Ours(held) = take(&name).expect("a socket") else { panic!("somebody has our name") };
        for _ in 0..10 {
            assert!(holder(&name).is_some());
        }
        let me = nix::unistd::getuid().as_raw();
        assert_eq!((of(&name), of(&name[1..])), (Some(me), None));
        drop(held);
        assert_eq!(of(&name), None);
    }

    /// What the kernel says is never believed to be whole.
    #[test]
    fn cut_answers_are_no_answers() {
        let mut answer = vec![1, 1, 7, 0];
        answer.extend([0; 12]);
        answer.extend([6, 0, 0, 0, 0, b'x', 0, 0, 8, 0, 7, 0, 9, 0, 0, 0]);
        assert_eq!((owner(&answer, "x"), owner(&answer, "y")), (Some(u32::from_ne_bytes([9, 0, 0, 0])), None));
        for len in 0..answer.len() {
            assert_eq!(owner(&answer[..len], "x"), None, "{len}");
        }
        answer[16] = 0;
        assert_eq!(owner(&answer, "x"), None, "an attribute without a length");
        assert!(message(&[0; 16]).is_none());
    }
}
