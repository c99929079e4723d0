//! Worker processes as the kernel has them: started as the same image, one socket and one pidfd each, in a process group of
//! their own.
//!
//! Decides nothing. All of it hangs on one epoll of its own, which the loop watches as one descriptor.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::{Child, ChildStderr, ChildStdout};

use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use nix::sys::signal::Signal;

use super::call::Death;
use super::crew::Event;
use super::frame::{self, Decoder, Frame, Kind};
use super::serve::{LEAVING, build};
use super::team::Hands;
use crate::clock::Mono;
use crate::log;
use crate::role;
use crate::sys::reenter::Origin;
use crate::sys::{clock, process, worker};

/// What of a member a token is about, in its two lowest bits.
const LINE: u64 = 0;
const PIDFD: u64 = 1;
const STDOUT: u64 = 2;
const STDERR: u64 = 3;

/// Events that one look at the epoll can bring; more are there at the next.
const BATCH: usize = 32;
/// Bytes read at once.
const CHUNK: usize = 64 * 1024;
/// How many chunks of one line are read at one look: who speaks without end is heard, but not longer than others.
const SHARE: usize = 4;
/// How many chunks are read of who has ended: more than a socket or a pipe holds, in case that somebody goes on writing.
const LAST_WORDS: usize = 64;
/// Room of a buffer that is kept when it is empty.
pub(super) const KEPT: usize = 256 * 1024;
/// The longest line of a worker's output that is kept together.
const LONGEST_LINE: usize = 4096;

/// The real hands.
pub(crate) struct Real {
    epoll: Epoll,
    origin: Origin,
    people: HashMap<u64, Person>,
    chunk: Vec<u8>,
    /// What processes inherit.
    shared: Vec<OwnedFd>,
}

/// A worker process.
struct Person {
    name: String,
    child: Child,
    pidfd: OwnedFd,
    line: UnixStream,
    decoder: Decoder,
    /// What the line has not taken yet, and how much of it has gone.
    unsent: Vec<u8>,
    sent: usize,
    out: Option<Output<ChildStdout>>,
    err: Option<Output<ChildStderr>>,
    /// Its line is closed or broken: only its end is waited for.
    silent: bool,
    garbled: bool,
}

/// Something a worker prints to.
struct Output<P> {
    pipe: P,
    line: Vec<u8>,
}

impl Real {
    pub(crate) fn new(origin: Origin) -> nix::Result<Self> {
        let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?;
        Ok(Self { epoll, origin, people: HashMap::new(), chunk: vec![0; CHUNK], shared: Vec::new() })
    }

    /// Readable when something has happened to a worker.
    pub(crate) fn fd(&self) -> BorrowedFd<'_> {
        self.epoll.0.as_fd()
    }

    fn start(&self, name: &str, pool: usize) -> io::Result<Person> {
        let (ours, theirs) = UnixStream::pair()?;
        ours.set_nonblocking(true)?;
        let mut child = self.origin.spawn_worker(&role::worker(pool, &self.shared), theirs.into(), &self.shared)?;
        let out = child.stdout.take().map(Output::new).transpose()?;
        let err = child.stderr.take().map(Output::new).transpose()?;
        let pidfd = process::pidfd(child.id()).inspect_err(|_| {
            let _ = child.kill();
            let _ = child.wait();
        })?;
        let name = name.to_owned();
        let decoder = Decoder::default();
        let (unsent, sent) = (Vec::new(), 0);
        Ok(Person { name, child, pidfd, line: ours, decoder, unsent, sent, out, err, silent: false, garbled: false })
    }

    fn watch(&self, member: u64, person: &Person) -> nix::Result<()> {
        let add = |fd: BorrowedFd<'_>, what: u64| {
            self.epoll.add(fd, EpollEvent::new(EpollFlags::EPOLLIN, member << 2 | what))
        };
        add(person.line.as_fd(), LINE)?;
        add(person.pidfd.as_fd(), PIDFD)?;
        if let Some(out) = &person.out {
            add(out.pipe.as_fd(), STDOUT)?;
        }
        if let Some(err) = &person.err {
            add(err.pipe.as_fd(), STDERR)?;
        }
        Ok(())
    }

    fn news(&mut self, token: u64, writable: bool, events: &mut Vec<(u64, Event)>) {
        let member = token >> 2;
        let Some(person) = self.people.get_mut(&member) else { return };
        match token & 3 {
            LINE => {
                if writable {
                    person.flush(&self.epoll, member);
                }
                person.hear(&self.epoll, member, &mut self.chunk, SHARE, events);
            }
            STDOUT => print(&mut person.out, &person.name, person.child.id(), &self.epoll, &mut self.chunk, 1),
            STDERR => print(&mut person.err, &person.name, person.child.id(), &self.epoll, &mut self.chunk, 1),
            _ => {
                if let Some(person) = self.people.remove(&member) {
                    person.bury(&self.epoll, member, &mut self.chunk, events);
                }
            }
        }
    }
}

impl Hands for Real {
    fn share(&mut self, kept: &[BorrowedFd<'_>]) {
        self.shared = kept.iter().filter_map(|fd| fd.try_clone_to_owned().ok()).collect();
    }

    fn spawn(&mut self, pool: usize, name: &str, member: u64) -> io::Result<u32> {
        let mut person = self.start(name, pool)?;
        if let Err(error) = self.watch(member, &person) {
            let _ = person.child.kill();
            let _ = person.child.wait();
            return Err(error.into());
        }
        let pid = person.child.id();
        self.people.insert(member, person);
        Ok(pid)
    }

    fn send(&mut self, member: u64, call: u64, method: u16, arguments: &[u8]) {
        let Some(person) = self.people.get_mut(&member) else { return };
        let parts = [&method.to_le_bytes()[..], arguments];
        if frame::write(&mut person.unsent, Kind::Call, call, 0, &parts) {
            person.flush(&self.epoll, member);
        }
    }

    fn cancel(&mut self, member: u64, call: u64) {
        let Some(person) = self.people.get_mut(&member) else { return };
        if frame::write(&mut person.unsent, Kind::Cancel, call, 0, &[]) {
            person.flush(&self.epoll, member);
        }
    }

    fn close(&mut self, member: u64) {
        if let Some(person) = self.people.get_mut(&member) {
            let _ = person.line.shutdown(std::net::Shutdown::Write);
        }
    }

    fn end(&mut self, member: u64, hard: bool) {
        if let Some(person) = self.people.get_mut(&member) {
            worker::signal_group(person.child.id(), if hard { Signal::SIGKILL } else { Signal::SIGTERM });
        }
    }

    fn collect(&mut self, events: &mut Vec<(u64, Event)>) {
        let mut found = [EpollEvent::empty(); BATCH];
        // Each worker's turn comes once: some may have news without end.
        for _ in 0..=self.people.len() * 4 / BATCH {
            let count = self.epoll.wait(&mut found, EpollTimeout::ZERO).unwrap_or(0);
            for event in &found[..count] {
                self.news(event.data(), event.events().contains(EpollFlags::EPOLLOUT), events);
            }
            if count < BATCH {
                return;
            }
        }
    }

    fn wait(&mut self, until: Option<Mono>) {
        let mut found = [EpollEvent::empty(); 1];
        let left = until.map(|until| until.since(clock::mono()));
        // Rounded up: to wake too early would be to wake twice.
        let timeout =
            left.and_then(|left| EpollTimeout::try_from(left.as_millis() + 1).ok()).unwrap_or(EpollTimeout::NONE);
        let _ = self.epoll.wait(&mut found, timeout);
    }
}

impl Person {
    /// Sends as much as the line takes; the rest when it takes more.
    fn flush(&mut self, epoll: &Epoll, member: u64) {
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
    fn hear(&mut self, epoll: &Epoll, member: u64, chunk: &mut [u8], most: usize, events: &mut Vec<(u64, Event)>) {
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
    fn bury(mut self, epoll: &Epoll, member: u64, chunk: &mut [u8], events: &mut Vec<(u64, Event)>) {
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

impl<P: AsFd> Output<P> {
    fn new(pipe: P) -> io::Result<Self> {
        nix::fcntl::fcntl(pipe.as_fd(), nix::fcntl::FcntlArg::F_SETFL(nix::fcntl::OFlag::O_NONBLOCK))?;
        Ok(Self { pipe, line: Vec::new() })
    }
}

/// Puts what a worker has printed into the log, line by line, so many chunks at most.
fn print<P: Read + AsFd>(
    output: &mut Option<Output<P>>,
    name: &str,
    pid: u32,
    epoll: &Epoll,
    chunk: &mut [u8],
    most: usize,
) {
    let Some(from) = output else { return };
    for _ in 0..most {
        match from.pipe.read(chunk) {
            Ok(len) if len > 0 => from.take(&chunk[..len], name, pid),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
            // Its end, or as good as that.
            _ => {
                from.end_line(name, pid);
                let _ = epoll.delete(&from.pipe);
                *output = None;
                return;
            }
        }
    }
}

impl<P> Output<P> {
    fn take(&mut self, bytes: &[u8], name: &str, pid: u32) {
        for byte in bytes {
            match byte {
                b'\n' => self.end_line(name, pid),
                _ => self.line.push(*byte),
            }
            if self.line.len() >= LONGEST_LINE {
                self.end_line(name, pid);
            }
        }
    }

    fn end_line(&mut self, name: &str, pid: u32) {
        if !self.line.is_empty() {
            ::log::info!(target: "daemon", "{name} {pid} printed: {}", String::from_utf8_lossy(&self.line));
            self.line.clear();
        }
    }
}

impl Drop for Real {
    /// Whoever is left is ended: their lines end with us.
    fn drop(&mut self) {
        for person in self.people.values_mut() {
            worker::signal_group(person.child.id(), Signal::SIGKILL);
            let _ = person.child.wait();
        }
    }
}
