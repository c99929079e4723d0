//! What can happen to a worker in a call.

use std::fs;
use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::Duration;

use daemon_core::{Result, prelude::log};
use daemon_tests::asked;

use crate::hand::{effect, mono, stamp};
use crate::line;

/// Meets fates one after another: `stamp+segv`. What the last has to say is the result.
pub fn meet(fates: &str, number: u64, calls: u64) -> Result<String> {
    let mut said = String::new();
    for fate in fates.split('+') {
        said = match fate {
            "fine" => calls.to_string(),
            "fds" => descriptors()?,
            "exe" => fs::read_link("/proc/self/exe")?.display().to_string(),
            other => {
                meet_one(other, number)?;
                String::new()
            }
        };
    }
    Ok(said)
}

/// Meets one fate, which may be the last.
pub fn meet_one(fate: &str, number: u64) -> Result<()> {
    let (word, more) = fate.split_once(':').unwrap_or((fate, "0"));
    match word {
        "stamp" => stamp()?,
        "tell" => log::info!("in call {number} at {}", mono()),
        "error" => return Err("as it was told".into()),
        "nap" => std::thread::sleep(Duration::from_micros(more.parse()?)),
        "panic" => panic!("as it was told"),
        "exit" => quit(more.parse()?),
        "abort" => std::process::abort(),
        "segv" => raise(libc::SIGSEGV),
        "kill" => raise(libc::SIGKILL),
        "overflow" => log::info!("{}", deeper(1)),
        "oom" => eat()?,
        "deaf" => ignore(libc::SIGTERM),
        "hang" => hang(),
        "unbound" => unbound(),
        "close" => close_all(),
        "family" => family()?,
        "yes" => drop(Command::new("yes").stdin(Stdio::null()).spawn()?),
        "chat" => loop {
            io::stdout().write_all(&[b'x'; 8192])?;
        },
        "gossip" => loop {
            log::info!("{}", "gossip ".repeat(200));
        },
        "print" => print()?,
        "effects" => act(number, more.parse()?)?,
        "half" => line::half(number, more.parse()?)?,
        "say" => line::say(more.parse()?)?,
        _ => return Err(format!("no such fate: {fate}").into()),
    }
    Ok(())
}

/// Does what the outside sees, for so many microseconds, or without end.
fn act(number: u64, micros: u64) -> Result<()> {
    let end = mono() + micros * 1000;
    while micros == 0 || mono() < end {
        effect("worker", number)?;
    }
    Ok(())
}

fn quit(code: i32) {
    // SAFETY: ends the process, and does nothing else.
    unsafe { libc::_exit(code) }
}

fn raise(signal: i32) {
    // SAFETY: no memory is passed. The runtime has a handler for SEGV, which would return here.
    unsafe {
        libc::signal(signal, libc::SIG_DFL);
        libc::kill(libc::getpid(), signal);
    }
    hang();
}

fn ignore(signal: i32) {
    // SAFETY: no handler is installed.
    unsafe { libc::signal(signal, libc::SIG_IGN) };
}

fn hang() -> ! {
    loop {
        std::thread::sleep(Duration::from_secs(3600));
    }
}

#[allow(unconditional_recursion, reason = "that it ends the process is what is tested")]
fn deeper(level: u64) -> u64 {
    let room = std::hint::black_box([level; 1000]);
    deeper(level + 1) + room[7]
}

/// Takes memory until the kernel takes the process, in a group of processes with a limit.
fn eat() -> Result<()> {
    let group: String = asked("CGROUP").ok_or("CGROUP names a group with a limit")?;
    fs::write(format!("{group}/cgroup.procs"), std::process::id().to_string())?;
    let mut eaten = Vec::new();
    loop {
        eaten.push(vec![1u8; 1 << 20]);
    }
}

/// Takes back that this process ends with its daemon, as a change of user does.
fn unbound() {
    // SAFETY: no memory is passed.
    unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, 0 as libc::c_ulong) };
}

/// As libraries do that make a daemon of whoever calls them.
fn close_all() {
    // SAFETY: what is closed is used no more: the worker is ended for it.
    unsafe { libc::close_range(3, libc::c_uint::MAX, 0) };
    hang();
}

/// A shell with a child: neither would end by itself.
fn family() -> Result<()> {
    let child =
        Command::new("sh").arg("-c").arg("sleep 600 & sleep 600").arg0("family").stdin(Stdio::null()).spawn()?;
    log::info!("family {}", child.id());
    Ok(())
}

/// What careless code prints, in all ways that there are.
fn print() -> Result<()> {
    io::stdout().write_all(b"dwk1\x03\0\0\0 not a frame\n\x1b[2J\x07 and \xff\xfe\n")?;
    io::stderr().write_all(b"[2026-11-20 07:15:59.123 +01:00] 1 daemon stopped\r\n")?;
    let text = b"straight to the descriptor\n";
    // SAFETY: the text lives until after the call, and is as long as is said.
    unsafe { libc::write(1, text.as_ptr().cast(), text.len()) };
    Command::new("sh").arg("-c").arg("echo a child speaks; echo and complains >&2").status()?;
    io::stdout().write_all(b"no end of line")?;
    Ok(io::stdout().flush()?)
}

/// Number and target of each open descriptor.
fn descriptors() -> Result<String> {
    let mut rows = Vec::new();
    for entry in fs::read_dir("/proc/self/fd")?.flatten() {
        if let Ok(target) = fs::read_link(entry.path()) {
            rows.push(format!("{}={}", entry.file_name().to_string_lossy(), target.display()));
        }
    }
    Ok(rows.join(" "))
}
