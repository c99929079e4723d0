//! The object that lives in a worker, and its pool as the test wants it.

use std::fs::{self, File};
use std::io::Write;
use std::time::Duration;

use daemon_core::Result;
use daemon_core::worker::{Object, ObjectPool};
use daemon_tests::asked;

use crate::{fate, yard};

/// What a call returns: the number it was given, the process that had it, and what it has to say.
pub type Value = (u64, u32, String);

/// The object of a worker.
pub struct Hand {
    /// How many calls it has had.
    pub calls: u64,
}

impl Hand {
    fn open() -> Result<Self> {
        match fs::read_to_string(yard().join("setup")).unwrap_or_default().trim() {
            "" => {}
            "fail" => return Err("the setup of a worker fails".into()),
            // Ready, and gone at once.
            "leave" => drop(std::thread::spawn(|| {
                std::thread::sleep(Duration::from_millis(2));
                // SAFETY: ends the process, and does nothing else.
                unsafe { libc::_exit(0) }
            })),
            other => fate::meet_one(other, 0)?,
        }
        Ok(Self { calls: 0 })
    }

    /// Meets its fate, and returns if that lets it.
    pub fn meet(&mut self, fate: String, number: u64, load: String) -> Result<Value> {
        self.calls += 1;
        let text = if fate == "echo" { load } else { fate::meet(&fate, number, self.calls)? };
        Ok((number, std::process::id(), text))
    }
}

impl Object for Hand {
    fn declare(pool: &mut ObjectPool<Self>) {
        pool.setup(Self::open).call(Self::meet);
        let millis = |name, default| Duration::from_millis(asked(name).unwrap_or(default));
        pool.pool(asked("POOL").unwrap_or(1))
            .queue(asked("QUEUE").unwrap_or(2000))
            .timeout(millis("TIMEOUT", 60_000))
            .grace(millis("GRACE", 5000))
            .retries(asked("RETRIES").unwrap_or(0))
            .backoff(millis("BACKOFF", 1))
            .max_calls(asked("MAX_CALLS").unwrap_or(0))
            .max_age(millis("MAX_AGE", 0));
        if let Some(spawn) = asked("SPAWN") {
            pool.spawn(spawn);
        }
    }
}

/// Nanoseconds of the monotonic clock.
pub fn mono() -> u64 {
    let now = nix::time::clock_gettime(nix::time::ClockId::CLOCK_MONOTONIC).expect("a clock");
    now.tv_sec().cast_unsigned() * 1_000_000_000 + now.tv_nsec().cast_unsigned()
}

/// Remembers the time, for whoever wants to know how long something took.
pub fn stamp() -> Result<()> {
    Ok(fs::write(yard().join("stamp"), mono().to_string())?)
}

/// The time that was remembered last.
pub fn stamped() -> Option<u64> {
    fs::read_to_string(yard().join("stamp")).ok()?.parse().ok()
}

/// Does something that the outside sees: one line in a file that all generations share.
pub fn effect(who: &str, number: u64) -> Result<()> {
    let mut file = File::options().create(true).append(true).open(yard().join("effects"))?;
    let (pid, parent) = (std::process::id(), std::os::unix::process::parent_id());
    Ok(file.write_all(format!("{} {who} {number} {pid} {parent}\n", mono()).as_bytes())?)
}
