//! Stands in for a program: becomes the program `MANGLED`, and damages on the way what the image before has handed over.
//!
//! The file `MANGLE` says how: the part (`lines`, `state`), then `cut` or `flip`, then a number that picks the place.

use std::ffi::CString;
use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::os::fd::{AsRawFd, FromRawFd, RawFd};
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

const ROLE: &str = "DAEMON_CORE_ROLE";

fn main() -> ExitCode {
    let handover = std::env::var(ROLE).ok().and_then(|role| role.strip_prefix("restarted ")?.parse().ok());
    if let Some(number) = handover {
        mangle(number).expect("mangled");
    }
    let program = std::env::var_os("MANGLED").expect("MANGLED names a program");
    let mut arguments = std::env::args_os();
    let mut command = Command::new(program);
    if let Some(name) = arguments.next() {
        command.arg0(name);
    }
    let error = command.args(arguments).exec();
    let _ = writeln!(io::stderr(), "can not become MANGLED: {error}");
    ExitCode::FAILURE
}

/// Replaces the memory behind a descriptor by a damaged copy.
fn mangle(number: RawFd) -> io::Result<()> {
    let order = std::env::var_os("MANGLE").map(fs::read_to_string).transpose()?.unwrap_or_default();
    let words: Vec<&str> = order.split_whitespace().collect();
    let [part, how, place] = words[..] else { return Ok(()) };
    let place: usize = place.parse().map_err(io::Error::other)?;
    // SAFETY: the image before left this descriptor open for us and nobody else knows it; it is given back below.
    let mut old = unsafe { File::from_raw_fd(number) };
    let mut bytes = Vec::new();
    old.rewind()?;
    old.read_to_end(&mut bytes)?;
    let sum = bytes.windows(5).position(|window| window == b"\nsum ").expect("lines");
    let lines = sum + 1 + bytes[sum + 1..].iter().position(|byte| *byte == b'\n').expect("an end") + 1;
    let range = if part == "lines" { 0..sum } else { lines..bytes.len() };
    let at = range.start + place % range.len();
    match how {
        "cut" => bytes.truncate(at),
        _ => bytes[at] ^= 1 << (place % 8),
    }
    let mut new = memory()?;
    new.write_all(&bytes)?;
    let seals = libc::F_SEAL_SHRINK | libc::F_SEAL_GROW | libc::F_SEAL_WRITE | libc::F_SEAL_SEAL;
    // SAFETY: no memory is passed. The new descriptor takes the place of the old one, which is closed by that.
    let done = unsafe {
        libc::fcntl(new.as_raw_fd(), libc::F_ADD_SEALS, seals) == 0 && libc::dup2(new.as_raw_fd(), number) == number
    };
    std::mem::forget(old);
    if done { Ok(()) } else { Err(io::Error::last_os_error()) }
}

fn memory() -> io::Result<File> {
    let name = CString::new("mangled")?;
    // SAFETY: the name is a text with an end, and the descriptor that comes back is ours.
    unsafe {
        let number = libc::memfd_create(name.as_ptr(), libc::MFD_CLOEXEC | libc::MFD_ALLOW_SEALING);
        if number < 0 { Err(io::Error::last_os_error()) } else { Ok(File::from_raw_fd(number)) }
    }
}
