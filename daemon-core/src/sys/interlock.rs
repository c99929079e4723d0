//! A name in the kernel that only one process can hold: an abstract Unix socket.
//!
//! It has no file, so nobody can delete it from under its holder, and it goes when its holder goes. It counts within
//! one network namespace, and any local user can take the name first, so it only ever adds to a file lock.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

/// How many questions can be asked of a holder that is busy. The system's own limit, `somaxconn`, is rarely higher.
const QUESTIONS: i32 = 4096;

/// Who holds a name: as the kernel saw it when the name was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Peer {
    pub(crate) pid: i32,
    pub(crate) uid: u32,
}

/// What came of trying to take a name.
pub(crate) enum Taken {
    /// It is ours for as long as the descriptor is open.
    Ours(OwnedFd),
    /// Another process has it.
    Held,
}

/// Tries to take `name`. Never blocks.
pub(crate) fn take(name: &str) -> io::Result<Taken> {
    let socket = socket()?;
    let (address, len) = address(name)?;
    // SAFETY: the address is fully initialised and `len` is within it.
    let bound = unsafe { libc::bind(socket.as_raw_fd(), (&raw const address).cast(), len) };
    if bound == 0 {
        // Listening is what lets others ask for our credentials; nobody is ever talked to.
        // SAFETY: no memory is passed.
        check(unsafe { libc::listen(socket.as_raw_fd(), QUESTIONS) })?;
        return Ok(Taken::Ours(socket));
    }
    let error = io::Error::last_os_error();
    if error.raw_os_error() == Some(libc::EADDRINUSE) {
        return Ok(Taken::Held);
    }
    Err(error)
}

/// Makes room for further questions to the holder of the name, who is behind `name`: each took a place when it was
/// answered, and keeps it though whoever asked has gone. Never blocks.
pub(crate) fn forget_questions(name: BorrowedFd<'_>) {
    for _ in 0..=QUESTIONS {
        // SAFETY: no address is asked for.
        let asked =
            unsafe { libc::accept4(name.as_raw_fd(), std::ptr::null_mut(), std::ptr::null_mut(), libc::SOCK_CLOEXEC) };
        if asked < 0 {
            return;
        }
        // SAFETY: the kernel just gave us this descriptor; nobody else owns it.
        drop(unsafe { OwnedFd::from_raw_fd(asked) });
    }
}

/// Asks who holds `name`; `None` when it just went, or does not answer. Each question takes a place with the holder
/// until it calls [`forget_questions`].
pub(crate) fn holder(name: &str) -> Option<Peer> {
    let (address, len) = address(name).ok()?;
    let socket = socket().ok()?;
    // SAFETY: as for `bind` above.
    check(unsafe { libc::connect(socket.as_raw_fd(), (&raw const address).cast(), len) }).ok()?;
    let mut peer = libc::ucred { pid: 0, uid: 0, gid: 0 };
    let mut size = libc::socklen_t::try_from(size_of::<libc::ucred>()).ok()?;
    // SAFETY: `peer` is writable for `size` bytes, and the kernel fills it as a `ucred`.
    let asked = unsafe {
        libc::getsockopt(socket.as_raw_fd(), libc::SOL_SOCKET, libc::SO_PEERCRED, (&raw mut peer).cast(), &raw mut size)
    };
    check(asked).ok()?;
    Some(Peer { pid: peer.pid, uid: peer.uid })
}

fn socket() -> io::Result<OwnedFd> {
    let kind = libc::SOCK_STREAM | libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK;
    // SAFETY: no memory is passed.
    let fd = check(unsafe { libc::socket(libc::AF_UNIX, kind, 0) })?;
    // SAFETY: the kernel just gave us this descriptor; nobody else owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// The abstract address of `name`: a leading NUL, then the name.
fn address(name: &str) -> io::Result<(libc::sockaddr_un, libc::socklen_t)> {
    // SAFETY: all zeroes is a valid `sockaddr_un`.
    let mut address: libc::sockaddr_un = unsafe { std::mem::zeroed() };
    address.sun_family = libc::sa_family_t::try_from(libc::AF_UNIX).map_err(io::Error::other)?;
    if name.len() + 1 > address.sun_path.len() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    for (slot, byte) in address.sun_path[1..].iter_mut().zip(name.bytes()) {
        *slot = byte.cast_signed();
    }
    let len = std::mem::offset_of!(libc::sockaddr_un, sun_path) + 1 + name.len();
    Ok((address, libc::socklen_t::try_from(len).map_err(io::Error::other)?))
}

fn check(result: libc::c_int) -> io::Result<libc::c_int> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holder_at_a_time_and_others_learn_who() {
        let name = format!("daemon-core-test-{}", std::process::id());
        let Taken::Ours(held) = take(&name).expect("a socket") else { panic!("somebody has our name") };
        assert!(matches!(take(&name).expect("a socket"), Taken::Held), "two holders");
        let me = Peer { pid: std::process::id().cast_signed(), uid: nix::unistd::getuid().as_raw() };
        assert_eq!(holder(&name), Some(me));
        drop(held);
        assert!(matches!(take(&name).expect("a socket"), Taken::Ours(_)));
    }

    /// A holder that is busy is asked again and again; and whoever fills its places keeps others out until it looks.
    #[test]
    fn many_questions_are_answered() {
        use std::os::fd::AsFd;
        let name = format!("daemon-core-test-{}-many", std::process::id());
        let Taken::Ours(held) = take(&name).expect("a socket") else { panic!("somebody has our name") };
        let answered = |peer: Option<Peer>| peer.is_some_and(|peer| peer.pid.cast_unsigned() == std::process::id());
        for question in 0..300 {
            assert!(answered(holder(&name)), "question {question}");
        }
        // Filled to the last place, whatever the system's limit is.
        let places = (0..100_000).take_while(|_| holder(&name).is_some()).count();
        assert!(places < 100_000, "a queue without end");
        forget_questions(held.as_fd());
        for question in 0..300 {
            assert!(answered(holder(&name)), "question {question} after that");
        }
    }
}
