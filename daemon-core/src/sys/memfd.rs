//! Sealed memory that survives an exec: nobody can change it after it was written, not even through an old descriptor.

use std::ffi::CStr;
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::FileExt;

use nix::fcntl::{FcntlArg, SealFlag, fcntl};
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::resource::{Resource, getrlimit};

const NAME: &CStr = c"daemon-core-handover";
/// More than this was not written by us: 64 MiB of the author's, and what is ours.
const LARGEST: u64 = 65 << 20;

fn seals() -> SealFlag {
    SealFlag::F_SEAL_SHRINK | SealFlag::F_SEAL_GROW | SealFlag::F_SEAL_WRITE | SealFlag::F_SEAL_SEAL
}

/// New sealed memory with these pieces one after the other; close-on-exec.
pub(crate) fn seal(pieces: &[&[u8]]) -> io::Result<OwnedFd> {
    let len: usize = pieces.iter().map(|piece| piece.len()).sum();
    let (limit, _) = getrlimit(Resource::RLIMIT_FSIZE)?;
    // The kernel holds memory to the limit of files, and would end the process by a signal.
    if u64::try_from(len).map_err(io::Error::other)? > limit.min(LARGEST) {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    let mut file = File::from(memfd_create(NAME, MFdFlags::MFD_CLOEXEC | MFdFlags::MFD_ALLOW_SEALING)?);
    pieces.iter().try_for_each(|piece| file.write_all(piece))?;
    fcntl(file.as_fd(), FcntlArg::F_ADD_SEALS(seals()))?;
    Ok(file.into())
}

/// The content of memory that [`seal`] made; an error for any other descriptor.
pub(crate) fn read(fd: OwnedFd) -> io::Result<Vec<u8>> {
    let found = fcntl(fd.as_fd(), FcntlArg::F_GET_SEALS)?;
    let file = File::from(fd);
    let len = file.metadata()?.len();
    if SealFlag::from_bits_retain(found) != seals() || len > LARGEST {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut content = vec![0; usize::try_from(len).map_err(io::Error::other)?];
    file.read_exact_at(&mut content, 0)?;
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_is_read_back_and_can_not_be_changed() {
        let fd = seal(&[b"prec", b"", b"ious"]).expect("sealed memory");
        let other = File::from(fd.try_clone().expect("a duplicate"));
        assert!(other.write_at(b"x", 0).is_err() && other.set_len(0).is_err());
        assert_eq!(read(fd).expect("read"), b"precious");
        let plain = memfd_create(NAME, MFdFlags::MFD_CLOEXEC).expect("memory");
        assert!(read(plain).is_err(), "not sealed");
        let large = vec![0; usize::try_from(LARGEST).expect("fits")];
        assert_eq!(seal(&[&large, b"x"]).expect_err("too large").kind(), io::ErrorKind::FileTooLarge);
    }
}
