//! Processes around a lock that are no daemons: contenders, a deleter, one that waits, squatters, and a bad lock.
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

/// Waits to be killed.
fn for_ever() -> ! {
    loop {
        std::thread::park();
    }
}
