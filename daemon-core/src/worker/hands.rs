//! Worker processes as the kernel has them: started as the same image, one socket and one pidfd each, in a process group of
//! their own.
//!
//! Decides nothing. All of it hangs on one epoll of its own, which the loop watches as one descriptor.

use std::collections::HashMap;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use nix::sys::signal::Signal;

use super::crew::Event;
use super::frame::{self, Kind};
use super::person::Person;
use super::team::Hands;
use crate::clock::Mono;
use crate::sys::reenter::Origin;
use crate::sys::{clock, worker};

/// Events that one look at the epoll can bring; more are there at the next.
const BATCH: usize = 32;
/// Bytes read at once.
const CHUNK: usize = 64 * 1024;

/// The real hands.
pub(crate) struct Real {
    epoll: Epoll,
    origin: Origin,
    people: HashMap<u64, Person>,
    chunk: Vec<u8>,
    /// What processes inherit.
    shared: Vec<OwnedFd>,
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

    fn news(&mut self, token: u64, writable: bool, events: &mut Vec<(u64, Event)>) {
        let Some(person) = self.people.get_mut(&(token >> 2)) else { return };
        if person.news(&self.epoll, (token, writable), &mut self.chunk, events)
            && let Some(person) = self.people.remove(&(token >> 2))
        {
            person.bury(&self.epoll, token >> 2, &mut self.chunk, events);
        }
    }
}

impl Hands for Real {
    fn share(&mut self, kept: &[BorrowedFd<'_>]) {
        self.shared = kept.iter().filter_map(|fd| fd.try_clone_to_owned().ok()).collect();
    }

    fn spawn(&mut self, pool: usize, name: &str, member: u64) -> io::Result<u32> {
        let mut person = Person::start(&self.origin, name, pool, &self.shared)?;
        if let Err(error) = person.watch(&self.epoll, member) {
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

impl Drop for Real {
    /// Whoever is left is ended: their lines end with us.
    fn drop(&mut self) {
        for person in self.people.values_mut() {
            worker::signal_group(person.child.id(), Signal::SIGKILL);
            let _ = person.child.wait();
        }
    }
}
