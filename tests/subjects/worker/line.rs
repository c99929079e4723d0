//! A worker that gets hold of its own line and writes to it: half frames, and what no worker may say.

use std::fs;
use std::io;

use daemon_core::{Result, worker};

/// Kinds of messages, as the line has them.
const HELLO: u8 = 1;
const CALL: u8 = 2;
const RETURNED: u8 = 3;
const LOG: u8 = 5;
const CANCEL: u8 = 6;

/// Writes the first bytes of the right answer, all of them if it is not longer, and is killed.
pub fn half(number: u64, bytes: usize) -> Result<()> {
    let frame = frame(RETURNED, worker::call().unwrap_or(0), &answer(number));
    write(&frame[..bytes.min(frame.len())])?;
    // SAFETY: no memory is passed.
    unsafe { libc::kill(libc::getpid(), libc::SIGKILL) };
    Ok(())
}

/// Says something of a list, and goes on as if nothing had happened.
pub fn say(what: usize) -> Result<()> {
    let call = worker::call().unwrap_or(0);
    let good = frame(RETURNED, call, &answer(1));
    let changed = |at: usize, bytes: &[u8]| {
        let mut bad = good.clone();
        bad[at..at + bytes.len()].copy_from_slice(bytes);
        bad
    };
    let bytes = match what {
        0 => b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec(),
        1 => vec![0; 100],
        2 => changed(0, b"xxxx"),
        3 => changed(0, b"dwk2"),
        4 => changed(4, &[0]),
        5 => changed(4, &[99]),
        6 => changed(16, &u32::MAX.to_le_bytes()),
        7 => changed(16, &(64u32 << 20 | 1).to_le_bytes()),
        8 => changed(16, &0u32.to_le_bytes()),
        9 => changed(20, &0u32.to_le_bytes()),
        10 => changed(good.len() - 1, b"\0"),
        11 => frame(CALL, call, b"\0\0"),
        12 => frame(CANCEL, call, b""),
        13 => frame(RETURNED, call + 1_000_000, &answer(1)),
        14 => frame(RETURNED, 0, &answer(1)),
        15 => frame(RETURNED, u64::MAX, &answer(1)),
        16 => frame(HELLO, 0, b"another build"),
        17 => frame(LOG, 0, b"no line"),
        18 => frame(LOG, 0, b"\x1b[2J a line that is none of ours\n"),
        19 => frame(LOG, 0, b"\xff\xfe\n"),
        20 => noise(1 << 20),
        // These two end the call: once with what it says, and not once more.
        21 => [good.clone(), good.clone()].concat(),
        22 => [good.clone(), b"and rubbish that is longer than a head".to_vec()].concat(),
        _ => return Err(format!("nothing of the number {what} to say").into()),
    };
    write(&bytes)
}

/// The result `(number, process, "half")`, as it goes over the line.
fn answer(number: u64) -> Vec<u8> {
    let mut body = vec![0x93, 0xcf];
    body.extend(number.to_be_bytes());
    body.push(0xce);
    body.extend(std::process::id().to_be_bytes());
    body.extend(b"\xa4half");
    body
}

fn frame(kind: u8, call: u64, body: &[u8]) -> Vec<u8> {
    let mut frame = b"dwk1".to_vec();
    frame.extend([kind, 0, 0, 0]);
    frame.extend(call.to_le_bytes());
    frame.extend(u32::try_from(body.len()).unwrap_or(u32::MAX).to_le_bytes());
    let sum = crc32(&[&frame, body].concat());
    frame.extend(sum.to_le_bytes());
    frame.extend(body);
    frame
}

/// CRC-32 of IEEE 802.3, bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 { sum >> 1 ^ 0xEDB8_8320 } else { sum >> 1 };
        }
    }
    !sum
}

/// Numbers that look like nothing (xorshift64).
fn noise(len: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[0]
    };
    std::iter::repeat_with(next).take(len).collect()
}

/// Writes all of it to the line, which is the one socket that there is.
fn write(mut bytes: &[u8]) -> Result<()> {
    let is_socket = |entry: &fs::DirEntry| {
        fs::read_link(entry.path()).is_ok_and(|target| target.to_string_lossy().starts_with("socket:"))
    };
    let line = fs::read_dir("/proc/self/fd")?.flatten().find(is_socket).ok_or("a worker has a line")?;
    let line: i32 = line.file_name().to_string_lossy().parse()?;
    while !bytes.is_empty() {
        // SAFETY: the bytes live until after the call, and are as many as is said.
        let sent = unsafe { libc::write(line, bytes.as_ptr().cast(), bytes.len()) };
        match usize::try_from(sent) {
            Ok(sent) => bytes = &bytes[sent..],
            Err(_) => return Err(io::Error::last_os_error().into()),
        }
    }
    Ok(())
}
