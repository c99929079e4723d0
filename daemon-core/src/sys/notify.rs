//! The line to an init system: the variables by which it says that it listens, and a socket that never waits.
//!
//! The crate `sd-notify` knows the words and the rule of the watchdog's variables. Its own way of sending is not used: it
//! waits without end while the queue is full, and takes an abstract name for a path.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

use super::reenter::{FOR_US_ALONE, NOTIFY};

/// What an init system wants of this process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Where it listens.
    pub(crate) socket: OsString,
    /// It takes us for dead if it hears nothing for this long.
    pub(crate) watchdog: Option<Duration>,
}

impl Wanted {
    /// Takes the variables out of the environment, so that no child speaks in our name. Call it before any thread is
    /// started.
    pub(super) fn take() -> Option<Self> {
        let watchdog = sd_notify::watchdog_enabled().filter(|within| !within.is_zero());
        let socket = std::env::var_os(NOTIFY);
        for name in FOR_US_ALONE {
            if std::env::var_os(name).is_some() {
                // SAFETY: first thing in `main`: no other thread is there to read the environment.
                unsafe { std::env::remove_var(name) };
            }
        }
        Some(Self { socket: socket?, watchdog })
    }
}

/// A socket that sends whole messages or nothing.
pub(crate) struct Line {
    socket: UnixDatagram,
    /// Looked up with each message: whoever listens may come back on a new socket of the same name.
    address: SocketAddr,
}

impl Line {
    /// To the socket of this name: a path, or an abstract name behind an `@`.
    pub(crate) fn to(name: &OsStr) -> io::Result<Self> {
        let address = match name.as_bytes() {
            [b'@', name @ ..] => SocketAddr::from_abstract_name(name)?,
            [b'/', ..] => SocketAddr::from_pathname(name)?,
            _ => return Err(io::Error::new(io::ErrorKind::InvalidInput, "neither a path nor an abstract name")),
        };
        let socket = UnixDatagram::unbound()?;
        socket.set_nonblocking(true)?;
        Ok(Self { socket, address })
    }

    /// Sends one message, without waiting; `WouldBlock` when the queue is full.
    pub(crate) fn send(&self, message: &str) -> io::Result<()> {
        self.socket.send_to_addr(message.as_bytes(), &self.address)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both kinds of names lead somewhere; what is neither is refused and not taken for a relative path.
    #[test]
    fn fault_008_paths_and_abstract_names_are_understood() {
        let path = std::env::temp_dir().join(format!("daemon-core-line-{}", std::process::id()));
        let listener = UnixDatagram::bind(&path).expect("a socket");
        let mut buffer = [0; 16];
        Line::to(path.as_os_str()).expect("a line").send("by path").expect("sent");
        assert_eq!(listener.recv(&mut buffer).expect("a message"), 7);
        std::fs::remove_file(path).expect("removed");
        let name = format!("daemon-core-line-{}", std::process::id());
        let address = SocketAddr::from_abstract_name(&name).expect("an address");
        let listener = UnixDatagram::bind_addr(&address).expect("a socket");
        Line::to(OsStr::new(&format!("@{name}"))).expect("a line").send("by name").expect("sent");
        assert_eq!(listener.recv(&mut buffer).expect("a message"), 7);
        for bad in ["", "relative", "vsock:2:1234", &format!("/{}", "x".repeat(200))] {
            assert!(Line::to(OsStr::new(bad)).is_err(), "{bad}");
        }
    }

    /// Nobody reads: what fits is taken, and then the answer comes at once.
    #[test]
    fn fault_008_a_full_queue_is_not_waited_for() {
        let path = std::env::temp_dir().join(format!("daemon-core-full-{}", std::process::id()));
        let listener = UnixDatagram::bind(&path).expect("a socket");
        let line = Line::to(path.as_os_str()).expect("a line");
        let error = (0..1_000_000).find_map(|_| line.send("READY=1").err()).expect("a bounded queue");
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
        drop(listener);
        assert_eq!(line.send("READY=1").expect_err("gone").kind(), io::ErrorKind::ConnectionRefused);
        std::fs::remove_file(path).expect("removed");
        assert_eq!(line.send("READY=1").expect_err("gone").kind(), io::ErrorKind::NotFound);
    }
}
