//! The life of a worker process: open, say hello, answer calls one after another, close when the line ends.
//!
//! It blocks: it has nothing else to do. Everything the author's code prints or logs reaches the daemon; the line itself is
//! on a descriptor of its own, which nothing else writes to.

use std::cell::RefCell;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, PoisonError};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::frame::{self, Decoder, Frame, Kind};
use super::pool::Pool;
use super::station::Station;
use crate::error::Exit;
use crate::log;
use crate::sys::process;

/// The bit of a frame that says: this worker takes no more calls.
pub(crate) const LEAVING: u8 = 1;

thread_local! {
    /// What the code that runs in a worker can ask.
    static THIS: RefCell<Option<This>> = const { RefCell::new(None) };
}

struct This {
    pool: String,
    call: u64,
    line: UnixStream,
}

/// The pool whose worker this process is; `None` outside of one.
#[must_use]
pub fn pool() -> Option<String> {
    THIS.with_borrow(|this| this.as_ref().map(|this| this.pool.clone()))
}

/// The number of the call that runs; `None` outside of one.
#[must_use]
pub fn call() -> Option<u64> {
    THIS.with_borrow(|this| this.as_ref().map(|this| this.call))
}

/// In a worker: whether nobody waits for the call that runs any more: it was cancelled, or the daemon is gone. A long
/// call looks here and returns early. A poll of one descriptor: a microsecond or so.
#[must_use]
pub fn cancelled() -> bool {
    THIS.with_borrow(|this| {
        // While a call runs the daemon says nothing but "cancel", or closes the line.
        this.as_ref().is_some_and(|this| {
            let mut asked = [PollFd::new(this.line.as_fd(), PollFlags::POLLIN)];
            poll(&mut asked, PollTimeout::ZERO).is_ok_and(|ready| ready > 0)
        })
    })
}

/// The worker's end of the line.
struct Line {
    stream: UnixStream,
    /// Whole frames only: threads of the author's may log while an answer is written.
    out: Arc<Mutex<UnixStream>>,
    decoder: Decoder,
}

impl Line {
    fn new(fd: OwnedFd) -> io::Result<Self> {
        let stream = UnixStream::from(fd);
        stream.set_nonblocking(false)?;
        Ok(Self { out: Arc::new(Mutex::new(stream.try_clone()?)), stream, decoder: Decoder::default() })
    }

    /// The next frame; `None` when the line has ended or is broken.
    fn next(&mut self) -> Option<Frame> {
        let mut buffer = [0; 64 * 1024];
        loop {
            match self.decoder.next() {
                Ok(Some(frame)) => return Some(frame),
                Ok(None) => {}
                Err(_) => return None,
            }
            match self.stream.read(&mut buffer) {
                Ok(0) => return None,
                Ok(len) => self.decoder.push(&buffer[..len]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return None,
            }
        }
    }

    fn say(&self, kind: Kind, call: u64, flags: u8, body: &[u8]) -> bool {
        let mut bytes = Vec::new();
        frame::write(&mut bytes, kind, call, flags, &[body]) && send(&self.out, &bytes).is_ok()
    }
}

fn send(out: &Mutex<UnixStream>, bytes: &[u8]) -> io::Result<()> {
    out.lock().unwrap_or_else(PoisonError::into_inner).write_all(bytes)
}

/// The log of a worker: lines that the daemon writes.
struct Relay(Arc<Mutex<UnixStream>>);

impl log::Target for Relay {
    fn write(&mut self, lines: &[u8]) -> io::Result<()> {
        let mut bytes = Vec::new();
        if !frame::write(&mut bytes, Kind::Log, 0, 0, &[lines]) {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        send(&self.0, &bytes)
    }
}

/// Serves the calls of `pool` that come over `line`, until it ends.
pub(crate) fn serve(pool: &Pool, station: &mut dyn Station, line: OwnedFd) -> Exit {
    let Ok(mut line) = Line::new(line) else { return Exit::Os };
    log::relay(Box::new(Relay(Arc::clone(&line.out))), &pool.name);
    if let Err(error) = station.open() {
        ::log::error!(target: "daemon", "setup failed: {error}");
        return error.exit();
    }
    let Ok(stream) = line.stream.try_clone() else { return Exit::Os };
    THIS.set(Some(This { pool: pool.name.clone(), call: 0, line: stream }));
    if !line.say(Kind::Hello, 0, 0, build().as_bytes()) {
        return Exit::Clean;
    }
    while let Some(frame) = line.next() {
        if frame.kind == Kind::Call && !answer(pool, station, &line, &frame) {
            break;
        }
    }
    match station.close() {
        Ok(()) => Exit::Clean,
        Err(error) => {
            ::log::error!(target: "daemon", "teardown failed: {error}");
            error.exit()
        }
    }
}

/// Runs one call and sends what came of it; whether to go on.
fn answer(pool: &Pool, station: &mut dyn Station, line: &Line, frame: &Frame) -> bool {
    let Some((number, arguments)) = frame.body.split_first_chunk::<2>() else { return false };
    THIS.with_borrow_mut(|this| this.iter_mut().for_each(|this| this.call = frame.call));
    let outcome = station.run(u16::from_le_bytes(*number), arguments);
    let leaving = pool.max_memory > 0 && process::memory().0 > pool.max_memory;
    let flags = if leaving { LEAVING } else { 0 };
    let sent = match outcome {
        Ok(bytes) => {
            line.say(Kind::Returned, frame.call, flags, &bytes)
                || line.say(Kind::Failed, frame.call, flags, b"the result is too long to be sent")
        }
        Err(error) => line.say(Kind::Failed, frame.call, flags, error.to_string().as_bytes()),
    };
    sent && !leaving
}

/// What daemon and worker must have in common.
pub(crate) fn build() -> &'static str {
    concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"))
}
