//! Calls that wait, as bytes in sealed memory, for the next image.
//!
//! Each is a frame, so a damaged one is told by its checksum. There is as much memory as is needed, in pieces of a size that
//! the next image is ready to read.

use std::io;
use std::os::fd::OwnedFd;

use super::crew::Kept;
use super::frame::{self, Decoder, Frame, Kind};
use crate::clock::Mono;
use crate::sys::memfd;

/// The most that one piece of memory holds, unless a single call needs more.
const PIECE: usize = 32 << 20;

/// Packs calls, and the number that the next call gets.
pub(crate) fn pack(next_call: u64, calls: &[Kept]) -> io::Result<Vec<OwnedFd>> {
    let mut pieces = vec![Vec::new()];
    let too_long = || io::Error::other("a call is too long");
    let mut add = |kind, call, parts: &[&[u8]]| -> io::Result<()> {
        let mut bytes = Vec::new();
        if !frame::write(&mut bytes, kind, call, 0, parts) {
            return Err(too_long());
        }
        match pieces.last_mut().filter(|piece| piece.len() + bytes.len() <= PIECE) {
            Some(piece) => piece.extend(bytes),
            None => pieces.push(bytes),
        }
        Ok(())
    };
    add(Kind::Hello, next_call, &[])?;
    for call in calls {
        let (pool, method) = (text(&call.pool), text(&call.method));
        let numbers = [call.made.0.to_le_bytes(), u64::from(call.attempts).to_le_bytes()].concat();
        add(Kind::Call, call.id, &[&numbers, &pool, &method, &call.arguments])?;
    }
    pieces.iter().map(|piece| memfd::seal(&[piece])).collect()
}

/// A length, and a text of that length.
fn text(text: &str) -> Vec<u8> {
    [&u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes(), text.as_bytes()].concat()
}

/// Reads what [`pack`] packed; the reason why not for anything else.
pub(crate) fn unpack(pieces: Vec<OwnedFd>) -> Result<(u64, Vec<Kept>), String> {
    let (mut next_call, mut calls) = (0, Vec::new());
    for piece in pieces {
        let bytes = memfd::read(piece).map_err(|error| error.to_string())?;
        let mut decoder = Decoder::default();
        decoder.push(&bytes);
        while let Some(frame) = decoder.next().map_err(|broken| broken.to_string())? {
            match frame.kind {
                Kind::Hello => next_call = frame.call,
                Kind::Call => calls.push(read(frame).ok_or("a call that can not be read")?),
                _ => return Err("something that is no call".into()),
            }
        }
        if !decoder.is_empty() {
            return Err("a call that is cut".into());
        }
    }
    Ok((next_call, calls))
}

fn read(frame: Frame) -> Option<Kept> {
    let (made, rest) = frame.body.split_first_chunk::<8>()?;
    let (attempts, rest) = rest.split_first_chunk::<8>()?;
    let (pool, rest) = take_text(rest)?;
    let (method, arguments) = take_text(rest)?;
    Some(Kept {
        id: frame.call,
        pool,
        method,
        attempts: u32::try_from(u64::from_le_bytes(*attempts)).ok()?,
        made: Mono(u64::from_le_bytes(*made)),
        arguments: arguments.to_vec(),
    })
}

fn take_text(bytes: &[u8]) -> Option<(String, &[u8])> {
    let (len, rest) = bytes.split_first_chunk::<4>()?;
    let (text, rest) = rest.split_at_checked(usize::try_from(u32::from_le_bytes(*len)).ok()?)?;
    Some((String::from_utf8(text.to_vec()).ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(id: u64, size: usize) -> Kept {
        let (pool, method) = ("fetch".to_owned(), "get it".to_owned());
        Kept { id, pool, method, attempts: 3, made: Mono(u64::MAX), arguments: vec![7; size] }
    }

    #[test]
    fn fault_063_what_is_packed_is_unpacked() {
        for calls in [vec![], vec![call(1, 0), call(2, 100)], vec![call(1, PIECE), call(2, PIECE / 2), call(3, PIECE)]]
        {
            let packed = pack(9, &calls).expect("packed");
            assert_eq!(unpack(packed), Ok((9, calls)));
        }
    }

    #[test]
    fn fault_063_damaged_calls_are_not_believed() {
        let bytes = {
            let mut bytes = Vec::new();
            assert!(frame::write(&mut bytes, Kind::Call, 1, 0, &[b"short"]));
            bytes
        };
        let sealed = |bytes: &[u8]| vec![memfd::seal(&[bytes]).expect("memory")];
        assert!(unpack(sealed(&bytes)).is_err(), "a body that is no call");
        for cut in 1..bytes.len() {
            assert!(unpack(sealed(&bytes[..cut])).is_err(), "cut at {cut}");
        }
    }
}
