//! Processes around a lock that are no daemons: contenders, a deleter, one that waits, squatters of three kinds, and a bad lock.
//!
//! `lock_actor MODE LOCK [RECORD HOLDS | NAME]`; it ends by itself, or is killed.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsRawFd;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::{Path, PathBuf};
use std::time::Duration;

use daemon_core::lock::file::FileLock;
use daemon_core::lock::{Acquired, Identity, Name, Provider};
use daemon_tests::Chance;
use nix::time::{ClockId, clock_gettime};
use nix::unistd::{Gid, Uid, setgroups, setresgid, setresuid};

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn main() -> Outcome {
    let arguments: Vec<String> = std::env::args().collect();
    let lock = PathBuf::from(&arguments[2]);
    let record = || File::options().append(true).open(&arguments[3]);
    match arguments[1].as_str() {
        "contend" => contend(&lock, record()?, arguments[4].parse()?),
        "contend-badly" => contend_badly(&lock, record()?, arguments[4].parse()?),
        "delete" => delete(&lock),
        "wait" => wait(&lock),
        "squat-file" => squat_file(&lock),
        "squat-name" => squat_name(&arguments[3]),
        "squat-mute" => squat_mute(&arguments[3], None),
        "squat-full" => squat_mute(&arguments[3], Some(0)),
        "flood-name" => flood_name(&arguments[3]),
        mode => Err(format!("unknown mode {mode}").into()),
    }
}

fn say(text: &str) -> io::Result<()> {
    let mut out = io::stdout();
    writeln!(out, "{text}")?;
    out.flush()
}

fn now() -> Result<u64, Box<dyn std::error::Error>> {
    let time = clock_gettime(ClockId::CLOCK_MONOTONIC)?;
    Ok(u64::try_from(time.tv_sec())? * 1_000_000_000 + u64::try_from(time.tv_nsec())?)
}

/// The lock as a daemon has it.
fn ours(lock: &Path) -> Result<FileLock, Box<dyn std::error::Error>> {
    let identity = Identity::new(Name::new("actor")?);
    Ok(FileLock::new(lock.to_owned(), identity))
}

/// What every holder does: writes when it began and when it will have ended. Now and then it gives the processor away
/// in between, so that others have a chance to do what they must not.
fn hold(record: &mut File, chance: &mut Chance) -> Outcome {
    let pid = std::process::id();
    record.write_all(format!("start {} {pid}\n", now()?).as_bytes())?;
    if chance.next().is_multiple_of(16) {
        std::thread::yield_now();
    }
    record.write_all(format!("end {} {pid}\n", now()?).as_bytes())?;
    Ok(())
}

/// Takes and gives back the framework's lock until it was had `holds` times.
fn contend(lock: &Path, mut record: File, holds: usize) -> Outcome {
    let mut lock = ours(lock)?;
    let mut chance = Chance::new(u64::from(std::process::id()));
    let mut had = 0;
    while had < holds {
        match lock.acquire() {
            Acquired::Held(_) => {
                hold(&mut record, &mut chance)?;
                lock.release();
                had += 1;
            }
            // Refused is never wrong, whatever the reason; two holders would be.
            _ => std::thread::sleep(chance.up_to(Duration::from_micros(100))),
        }
    }
    Ok(())
}

/// The classic mistake: the file is removed on release, and nobody looks whether what was locked is still the file.
fn contend_badly(lock: &Path, mut record: File, holds: usize) -> Outcome {
    let mut chance = Chance::new(u64::from(std::process::id()));
    for _ in 0..holds {
        let file = File::options().read(true).write(true).create(true).truncate(false).open(lock)?;
        flock(&file)?;
        hold(&mut record, &mut chance)?;
        let _ = std::fs::remove_file(lock);
    }
    Ok(())
}

fn flock(file: &File) -> io::Result<()> {
    // SAFETY: no memory is passed, and the descriptor is open.
    match unsafe { libc::flock(file.as_raw_fd(), libc::LOCK_EX) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Removes the lock file again and again, at irregular times, until it is killed.
fn delete(lock: &Path) -> Outcome {
    let mut chance = Chance::new(u64::from(std::process::id()));
    loop {
        if std::fs::remove_file(lock).is_ok() {
            say("removed")?;
        }
        std::thread::sleep(chance.up_to(Duration::from_micros(500)));
    }
}

/// Tries to get the lock all the time; says when it did, and ends.
fn wait(lock: &Path) -> Outcome {
    let mut lock = ours(lock)?;
    let Acquired::Busy(_) = lock.acquire() else {
        return Err("nobody holds it".into());
    };
    say("waiting")?;
    loop {
        match lock.acquire() {
            Acquired::Held(_) => break,
            Acquired::Busy(_) => std::thread::yield_now(),
            other => return Err(format!("{other:?}").into()),
        }
    }
    say(&format!("held at {}", now()?))?;
    Ok(())
}

/// Becomes `nobody`: the groups first, while that is still allowed.
fn become_nobody() -> nix::Result<()> {
    const NOBODY: u32 = 65_534;
    setgroups(&[])?;
    let gid = Gid::from_raw(NOBODY);
    setresgid(gid, gid, gid)?;
    let uid = Uid::from_raw(NOBODY);
    setresuid(uid, uid, uid)
}

/// As `nobody`, makes the lock file (in the working directory) and holds it until it is killed.
fn squat_file(lock: &Path) -> Outcome {
    become_nobody()?;
    let file = File::create_new(lock)?;
    flock(&file)?;
    say("squatting")?;
    for_ever()
}

/// As `nobody`, holds the kernel name of the lock until it is killed.
fn squat_name(name: &str) -> Outcome {
    become_nobody()?;
    let address = SocketAddr::from_abstract_name(name)?;
    let _listener = UnixListener::bind_addr(&address)?;
    say("squatting")?;
    for_ever()
}

/// As `nobody`, holds the kernel name so that nobody can ask whose it is: it does not listen at all, or has filled its
/// own queue.
fn squat_mute(name: &str, listen: Option<i32>) -> Outcome {
    become_nobody()?;
    let ((address, len), held) = (address(name)?, socket()?);
    // SAFETY: the address is valid for `len` bytes.
    if unsafe { libc::bind(held, (&raw const address).cast(), len) } != 0 {
        return Err(io::Error::last_os_error().into());
    }
    if let Some(places) = listen {
        // SAFETY: no memory is passed.
        assert_eq!(unsafe { libc::listen(held, places) }, 0, "it does not listen");
        fill(name)?;
    }
    say("squatting")?;
    for_ever()
}

/// As `nobody`, takes all places in the queue of whoever holds the kernel name.
fn flood_name(name: &str) -> Outcome {
    become_nobody()?;
    fill(name)?;
    say("full")?;
    for_ever()
}

fn fill(name: &str) -> Outcome {
    let (address, len) = address(name)?;
    loop {
        let socket = socket()?;
        // SAFETY: the address is valid for `len` bytes.
        let taken = unsafe { libc::connect(socket, (&raw const address).cast(), len) } == 0;
        // A place stays taken though whoever asked for it has gone.
        // SAFETY: the descriptor is ours.
        unsafe { libc::close(socket) };
        if !taken {
            return Ok(());
        }
    }
}

fn socket() -> io::Result<i32> {
    // SAFETY: no memory is passed.
    match unsafe { libc::socket(libc::AF_UNIX, libc::SOCK_STREAM | libc::SOCK_NONBLOCK, 0) } {
        fd if fd < 0 => Err(io::Error::last_os_error()),
        fd => Ok(fd),
    }
}

/// The abstract address of `name`, and its length.
fn address(name: &str) -> Result<(libc::sockaddr_un, libc::socklen_t), Box<dyn std::error::Error>> {
    // SAFETY: all zeroes is a valid `sockaddr_un`.
    let mut address: libc::sockaddr_un = unsafe { std::mem::zeroed() };
    address.sun_family = libc::sa_family_t::try_from(libc::AF_UNIX)?;
    address.sun_path[1..].iter_mut().zip(name.bytes()).for_each(|(slot, byte)| *slot = byte.cast_signed());
    let len = std::mem::offset_of!(libc::sockaddr_un, sun_path) + 1 + name.len();
    Ok((address, libc::socklen_t::try_from(len)?))
}

/// Waits to be killed.
fn for_ever() -> ! {
    loop {
        std::thread::park();
    }
}
