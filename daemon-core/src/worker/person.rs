//! A worker process as the daemon sees it: its line, what it prints, and its end.

use std::io::{self, Read, Write};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::{Child, ChildStderr, ChildStdout};

use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollEvent, EpollFlags};
use nix::sys::signal::Signal;

use super::call::Death;
use super::crew::Event;
use super::frame::{Decoder, Frame, KEPT, Kind};
use super::printed::{Output, print};
use super::serve::{LEAVING, build};
use crate::log;
use crate::role;
use crate::sys::reenter::Origin;
use crate::sys::{process, worker};

/// What of a member a token is about, in its two lowest bits.
const LINE: u64 = 0;
const PIDFD: u64 = 1;
const STDOUT: u64 = 2;
const STDERR: u64 = 3;

/// Descriptors that a start needs besides the line.
const PIPES: i32 = 5;

/// How many chunks of one line are read at one look: who speaks without end is heard, but not longer than others.
const SHARE: usize = 4;
/// How many chunks are read of who has ended: more than a socket or a pipe holds, in case that somebody goes on writing.
const LAST_WORDS: usize = 64;

/// A worker process.
pub(super) struct Person {
    name: String,
    pub(super) child: Child,
    pidfd: OwnedFd,
    pub(super) line: UnixStream,
    decoder: Decoder,
    /// What the line has not taken yet, and how much of it has gone.
    pub(super) unsent: Vec<u8>,
    sent: usize,
    out: Option<Output<ChildStdout>>,
    err: Option<Output<ChildStderr>>,
    /// Its line is closed or broken: only its end is waited for.
    silent: bool,
    garbled: bool,
}

impl Person {
    /// Starts a worker of this pool, which inherits `shared`.
    pub(super) fn start(origin: &Origin, name: &str, pool: usize, shared: &[OwnedFd]) -> io::Result<Self> {
        let (ours, theirs) = UnixStream::pair()?;
        if !worker::leaves_room(theirs.as_raw_fd() + PIPES) {
            return Err(Errno::EMFILE.into());
        }
        ours.set_nonblocking(true)?;
        let mut child = origin.spawn_worker(&role::worker(pool, shared), theirs.into(), shared)?;
        let out = child.stdout.take().map(Output::new).transpose()?;
        let err = child.stderr.take().map(Output::new).transpose()?;
        let pidfd = process::pidfd(child.id()).inspect_err(|_| {
            let _ = child.kill();
            let _ = child.wait();
        })?;
        let name = name.to_owned();
        let decoder = Decoder::default();
        let (unsent, sent) = (Vec::new(), 0);
        Ok(Self { name, child, pidfd, line: ours, decoder, unsent, sent, out, err, silent: false, garbled: false })
    }

    /// Has all of it told, under tokens that begin with its number.
    pub(super) fn watch(&self, epoll: &Epoll, member: u64) -> nix::Result<()> {
        let add =
            |fd: BorrowedFd<'_>, what: u64| epoll.add(fd, EpollEvent::new(EpollFlags::EPOLLIN, member << 2 | what));
        add(self.line.as_fd(), LINE)?;
        add(self.pidfd.as_fd(), PIDFD)?;
        if let Some(out) = &self.out {
            add(out.pipe.as_fd(), STDOUT)?;
        }
        if let Some(err) = &self.err {
            add(err.pipe.as_fd(), STDERR)?;
        }
        Ok(())
    }

    /// Takes in what a token tells of; `true` when it has ended.
    pub(super) fn news(
        &mut self,
        epoll: &Epoll,
        (token, writable): (u64, bool),
        chunk: &mut [u8],
        events: &mut Vec<(u64, Event)>,
    ) -> bool {
        let member = token >> 2;
        match token & 3 {
            LINE => {
                if writable {
                    self.flush(epoll, member);
                }
                self.hear(epoll, member, chunk, SHARE, events);
            }
            STDOUT => print(&mut self.out, &self.name, self.child.id(), epoll, chunk, 1),
            STDERR => print(&mut self.err, &self.name, self.child.id(), epoll, chunk, 1),
            _ => return true,
        }
        false
    }

    /// Sends as much as the line takes; the rest when it takes more.
    pub(super) fn flush(&mut self, epoll: &Epoll, member: u64) {
        while self.sent < self.unsent.len() {
            match self.line.write(&self.unsent[self.sent..]) {
                Ok(len) => self.sent += len,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                // It is going: its end will be told by the pidfd.
                Err(_) => self.sent = self.unsent.len(),
            }
        }
        let all = self.sent == self.unsent.len();
        if all {
            self.unsent.clear();
            self.unsent.shrink_to(KEPT);
            self.sent = 0;
        }
        let more = if all { EpollFlags::EPOLLIN } else { EpollFlags::EPOLLIN | EpollFlags::EPOLLOUT };
        if !self.silent {
            let _ = epoll.modify(&self.line, &mut EpollEvent::new(more, member << 2 | LINE));
        }
    }

    /// Reads what it says, so many chunks at most.
    pub(super) fn hear(
        &mut self,
        epoll: &Epoll,
        member: u64,
        chunk: &mut [u8],
        most: usize,
        events: &mut Vec<(u64, Event)>,
    ) {
        if self.silent {
            return;
        }
        for _ in 0..most {
            match self.line.read(chunk) {
                Ok(0) => return self.fall_silent(epoll),
                Ok(len) => {
                    self.decoder.push(&chunk[..len]);
                    if !self.understand(member, events) {
                        self.garbled = true;
                        return self.fall_silent(epoll);
                    }
                    if len < chunk.len() {
                        return;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(_) => return self.fall_silent(epoll),
            }
        }
    }

    /// The line has ended or is broken; what follows from that comes by the pidfd. Who is not ending already would hang
    /// with a call that nobody can hear the end of.
    fn fall_silent(&mut self, epoll: &Epoll) {
        self.silent = true;
        let _ = epoll.delete(&self.line);
        worker::signal_group(self.child.id(), Signal::SIGKILL);
    }

    /// Takes whole frames; `false` when the line is broken.
    fn understand(&mut self, member: u64, events: &mut Vec<(u64, Event)>) -> bool {
        loop {
            match self.decoder.next() {
                Ok(None) => return true,
                Ok(Some(frame)) => match event(frame) {
                    Some(Heard::Event(event)) => events.push((member, event)),
                    Some(Heard::Lines(lines)) => log::pass_on(&lines),
                    None => return false,
                },
                Err(broken) => {
                    ::log::error!(target: "daemon", "{} {}: {broken}", self.name, self.child.id());
                    return false;
                }
            }
        }
    }

    /// It has ended: ends what it left behind, takes in its last words, and tells how it ended.
    pub(super) fn bury(mut self, epoll: &Epoll, member: u64, chunk: &mut [u8], events: &mut Vec<(u64, Event)>) {
        let pid = self.child.id();
        // Until it is waited for its number is the group's, and nobody else's.
        worker::signal_group(pid, Signal::SIGKILL);
        self.hear(epoll, member, chunk, LAST_WORDS, events);
        print(&mut self.out, &self.name, pid, epoll, chunk, LAST_WORDS);
        print(&mut self.err, &self.name, pid, epoll, chunk, LAST_WORDS);
        // Who has left the group may still have them open: then they have no end of their own.
        self.out.iter_mut().for_each(|out| out.end_line(&self.name, pid));
        self.err.iter_mut().for_each(|err| err.end_line(&self.name, pid));
        let how = match self.child.wait() {
            _ if self.garbled => Death::Garbled,
            Ok(status) => death(status),
            Err(_) => Death::Unknown,
        };
        let _ = epoll.delete(&self.pidfd);
        events.push((member, Event::Gone(how)));
    }
}

fn death(status: std::process::ExitStatus) -> Death {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(code), _) => Death::Exited(code),
        (_, Some(signal)) => Death::Killed(signal),
        _ => Death::Unknown,
    }
}

/// What a frame of a worker means.
enum Heard {
    Event(Event),
    Lines(Vec<u8>),
}

/// `None` for one that a worker may not send.
fn event(frame: Frame) -> Option<Heard> {
    let Frame { kind, call, flags, body } = frame;
    let leaving = flags & LEAVING != 0;
    Some(match kind {
        Kind::Hello if body == build().as_bytes() => Heard::Event(Event::Hello),
        Kind::Returned => Heard::Event(Event::Answer { call, outcome: Ok(body), leaving }),
        Kind::Failed => {
            let text = String::from_utf8_lossy(&body).into_owned();
            Heard::Event(Event::Answer { call, outcome: Err(text), leaving })
        }
        Kind::Log if are_lines(&body) => Heard::Lines(body),
        Kind::Hello | Kind::Log | Kind::Call | Kind::Cancel => return None,
    })
}

/// Whether this is what a log writes: whole lines of text, without control characters.
fn are_lines(bytes: &[u8]) -> bool {
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    text.ends_with('\n') && text.split_terminator('\n').all(|line| !line.contains(char::is_control))
}
