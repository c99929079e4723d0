//! Stands in for an init system: a socket that hears what a daemon under test tells it.

use std::ffi::{OsStr, OsString};
use std::io::ErrorKind;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::PATIENCE;

/// What a message consists of while the queue is filled.
const JUNK: &str = "X_JUNK=1";

/// A socket, and the name by which a daemon finds it.
pub struct Listener {
    socket: UnixDatagram,
    address: SocketAddr,
    name: OsString,
}

impl Listener {
    /// On the socket at `path`, which must not be there.
    ///
    /// # Panics
    /// When it can not be made.
    #[must_use]
    pub fn at(path: &Path) -> Self {
        Self::new(SocketAddr::from_pathname(path).expect("an address"), path.as_os_str())
    }

    /// On an abstract name that nobody else uses.
    ///
    /// # Panics
    /// When it can not be had.
    #[must_use]
    pub fn nameless() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("daemon-tests-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        Self::new(SocketAddr::from_abstract_name(&name).expect("an address"), OsStr::new(&format!("@{name}")))
    }

    fn new(address: SocketAddr, name: &OsStr) -> Self {
        let socket = UnixDatagram::bind_addr(&address).expect("a socket");
        socket.set_read_timeout(Some(PATIENCE)).expect("a time limit");
        Self { socket, address, name: name.to_owned() }
    }

    /// For `NOTIFY_SOCKET`.
    #[must_use]
    pub fn name(&self) -> &OsStr {
        &self.name
    }

    /// The next message, junk left out.
    ///
    /// # Panics
    /// When none comes.
    #[must_use]
    pub fn next(&self) -> String {
        loop {
            let message = self.receive().unwrap_or_else(|error| panic!("no message in {PATIENCE:?}: {error}"));
            if message != JUNK {
                return message;
            }
        }
    }

    /// The next message that is more than a sign of life or a line of status.
    #[must_use]
    pub fn next_state(&self) -> String {
        loop {
            let message = self.next();
            if !message.starts_with("WATCHDOG=") && !message.starts_with("STATUS=") {
                return message;
            }
        }
    }

    /// Waits for a sign of life.
    pub fn next_beat(&self) {
        while self.next() != "WATCHDOG=1\n" {}
    }

    /// The messages that are there now.
    ///
    /// # Panics
    /// When the socket fails.
    #[must_use]
    pub fn waiting(&self) -> Vec<String> {
        self.socket.set_nonblocking(true).expect("a mode");
        let waiting = std::iter::from_fn(|| match self.receive() {
            Ok(message) => Some(message),
            Err(error) if error.kind() == ErrorKind::WouldBlock => None,
            Err(error) => panic!("{error}"),
        });
        let waiting = waiting.filter(|message| message != JUNK).collect();
        self.socket.set_nonblocking(false).expect("a mode");
        waiting
    }

    fn receive(&self) -> std::io::Result<String> {
        let mut buffer = [0; 4096];
        let len = self.socket.recv(&mut buffer)?;
        Ok(String::from_utf8_lossy(&buffer[..len]).into_owned())
    }

    /// Fills the queue, so that it takes nothing more until it is read.
    ///
    /// # Panics
    /// When it takes whatever comes.
    pub fn fill(&self) {
        let sender = UnixDatagram::unbound().expect("a socket");
        sender.set_nonblocking(true).expect("a mode");
        let full = (0..1_000_000).any(|_| sender.send_to_addr(JUNK.as_bytes(), &self.address).is_err());
        assert!(full, "the queue is bounded");
    }
}
