//! What goes over the line between a daemon and a worker: a head of fixed length, then bytes.
//!
//! A frame is believed only when all of its head is right and the checksum fits; anything else is a broken line, and the
//! worker at its end is ended. No length is believed before it was compared with the limit.

/// "daemon worker", and the version of this layout.
const MAGIC: [u8; 4] = *b"dwk1";
/// Magic, kind, flags, two bytes of nothing, call, length, checksum.
const HEAD: usize = 24;
/// Room of a buffer that is kept when it is empty.
pub(super) const KEPT: usize = 256 * 1024;
/// A frame longer than this is refused, by both sides.
pub(crate) const LONGEST: usize = 64 << 20;

/// What a frame is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    /// Worker: ready for calls. The body names the build.
    Hello = 1,
    /// Daemon: do this. The body is the method's number and its arguments.
    Call = 2,
    /// Worker: the result.
    Returned = 3,
    /// Worker: the function gave an error or panicked; the body says so in words.
    Failed = 4,
    /// Worker: lines for the log.
    Log = 5,
    /// Daemon: whoever runs the call may stop.
    Cancel = 6,
}

impl Kind {
    fn of(number: u8) -> Option<Self> {
        [Self::Hello, Self::Call, Self::Returned, Self::Failed, Self::Log, Self::Cancel]
            .into_iter()
            .find(|kind| *kind as u8 == number)
    }
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) kind: Kind,
    /// The call it is about; 0 for none.
    pub(crate) call: u64,
    /// What else there is to say, one bit each.
    pub(crate) flags: u8,
    pub(crate) body: Vec<u8>,
}

/// The line is broken: nothing that follows can be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    Magic,
    Kind(u8),
    TooLong(u32),
    Checksum,
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Magic => f.write_str("what came is no message of a worker"),
            Self::Kind(number) => write!(f, "a message of the unknown kind {number}"),
            Self::TooLong(len) => write!(f, "a message of {len} bytes; the limit is {LONGEST}"),
            Self::Checksum => f.write_str("a message that was damaged on its way"),
        }
    }
}

/// Appends a frame to `out`; `false` when it is too long to be sent.
#[must_use]
pub(crate) fn write(out: &mut Vec<u8>, kind: Kind, call: u64, flags: u8, parts: &[&[u8]]) -> bool {
    let len: usize = parts.iter().map(|part| part.len()).sum();
    let Some(len) = u32::try_from(len).ok().filter(|_| len <= LONGEST) else {
        return false;
    };
    out.reserve(HEAD + len as usize);
    let head = head(kind, call, flags, len);
    out.extend(head);
    out.extend(checksum(&head, parts).to_le_bytes());
    parts.iter().for_each(|part| out.extend_from_slice(part));
    true
}

fn head(kind: Kind, call: u64, flags: u8, len: u32) -> [u8; HEAD - 4] {
    let mut head = [0; HEAD - 4];
    head[..4].copy_from_slice(&MAGIC);
    head[4] = kind as u8;
    head[5] = flags;
    head[8..16].copy_from_slice(&call.to_le_bytes());
    head[16..20].copy_from_slice(&len.to_le_bytes());
    head
}

fn checksum(head: &[u8], parts: &[&[u8]]) -> u32 {
    let mut sum = crc32fast::Hasher::new();
    sum.update(head);
    parts.iter().for_each(|part| sum.update(part));
    sum.finalize()
}

/// Puts frames together from whatever pieces arrive.
#[derive(Default)]
pub(crate) struct Decoder {
    buffer: Vec<u8>,
    /// Where the next frame begins.
    from: usize,
}

impl Decoder {
    /// Takes in what was read.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        // What was handed out is let go before more is taken in.
        if self.from > 0 {
            self.buffer.drain(..self.from);
            self.from = 0;
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// Whether no part of a frame is left.
    pub(crate) fn is_empty(&self) -> bool {
        self.from == self.buffer.len()
    }

    /// The next whole frame, if there is one.
    pub(crate) fn next(&mut self) -> Result<Option<Frame>, Broken> {
        let Some((head, rest)) = self.buffer[self.from..].split_at_checked(HEAD) else {
            return Ok(None);
        };
        let number = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        if head[..4] != MAGIC {
            return Err(Broken::Magic);
        }
        let kind = Kind::of(head[4]).ok_or(Broken::Kind(head[4]))?;
        let len = number(16);
        if len as usize > LONGEST {
            return Err(Broken::TooLong(len));
        }
        let Some((body, _)) = rest.split_at_checked(len as usize) else {
            return Ok(None);
        };
        if checksum(&head[..HEAD - 4], &[body]) != number(20) {
            return Err(Broken::Checksum);
        }
        let call = u64::from(number(8)) | u64::from(number(12)) << 32;
        let frame = Frame { kind, call, flags: head[5], body: body.to_vec() };
        self.from += HEAD + len as usize;
        if self.from == self.buffer.len() {
            // What was a long frame does not stay in memory.
            self.buffer.clear();
            self.buffer.shrink_to(KEPT);
            self.from = 0;
        }
        Ok(Some(frame))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(kind: Kind, call: u64, body: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        assert!(write(&mut out, kind, call, 0, &[body]));
        out
    }

    fn read(bytes: &[u8]) -> Result<Option<Frame>, Broken> {
        let mut decoder = Decoder::default();
        decoder.push(bytes);
        decoder.next()
    }

    #[test]
    fn what_is_written_is_read_back_in_any_pieces() {
        let all = [bytes(Kind::Call, 7, b"body"), bytes(Kind::Hello, 0, b""), bytes(Kind::Log, u64::MAX, &[9; 5000])];
        let whole = all.concat();
        for size in [1, 2, 23, 24, 25, 1000, whole.len()] {
            let (mut decoder, mut frames) = (Decoder::default(), Vec::new());
            for piece in whole.chunks(size) {
                decoder.push(piece);
                while let Some(frame) = decoder.next().expect("whole") {
                    frames.push(frame);
                }
            }
            assert_eq!(frames.len(), 3, "pieces of {size}");
            assert_eq!(frames[0], Frame { kind: Kind::Call, call: 7, flags: 0, body: b"body".into() });
            assert_eq!((frames[2].call, frames[2].body.len()), (u64::MAX, 5000));
        }
    }

    /// Fault 78: a line that ends anywhere in a frame gives no frame.
    #[test]
    fn fault_078_half_a_frame_is_none() {
        let frame = bytes(Kind::Returned, 3, b"result");
        for cut in 0..frame.len() {
            assert_eq!(read(&frame[..cut]), Ok(None), "cut at {cut}");
        }
    }

    /// Fault 79: every flipped bit is noticed, and no length is believed before it is compared.
    #[test]
    fn fault_079_a_damaged_frame_is_not_believed() {
        let frame = bytes(Kind::Returned, 3, b"result");
        for at in 0..frame.len() {
            for bit in 0..8 {
                let mut bad = frame.clone();
                bad[at] ^= 1 << bit;
                assert!(!matches!(read(&bad), Ok(Some(_))), "bit {bit} of byte {at}");
            }
        }
        let mut long = bytes(Kind::Call, 1, b"");
        long[16..20].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(read(&long), Err(Broken::TooLong(u32::MAX)));
        assert_eq!(read(&[0; 100]), Err(Broken::Magic));
        assert!(!write(&mut Vec::new(), Kind::Call, 1, 0, &[&vec![0; LONGEST + 1]]));
    }
}
