//! The author's own state on its way over a restart in place: a value becomes bytes, and bytes become a value again.
//!
//! What can not be believed is no value and a reason, never a guess. May not decide what follows from that. Without the
//! feature `handover` nothing can be packed, and the compiler says how to turn it on.

use std::any::type_name;
use std::io::{self, Write};

use crate::error::{Error, Exit, Result};
use crate::name::fnv1a;

/// The most that one image hands to the next: 64 MiB.
const LARGEST: usize = 64 << 20;

/// A value that can be handed over a restart in place: with the feature `handover`, each that implements serde's
/// `Serialize`. Nothing is to be implemented by hand.
#[cfg_attr(
    not(feature = "handover"),
    diagnostic::on_unimplemented(
        message = "turn on the feature `handover` of daemon-core to hand over `{Self}`",
        label = "the feature `handover` is off",
        note = "in Cargo.toml: daemon-core = {{ …, features = [\"handover\"] }}"
    )
)]
pub trait HandOver {
    /// Writes the value.
    #[doc(hidden)]
    fn pack(&self, to: &mut dyn Write) -> Result<()>;
}

/// A value that can be taken over from the image before: with the feature `handover`, each that implements serde's
/// `Deserialize` and borrows nothing. Nothing is to be implemented by hand.
#[cfg_attr(
    not(feature = "handover"),
    diagnostic::on_unimplemented(
        message = "turn on the feature `handover` of daemon-core to take over `{Self}`",
        label = "the feature `handover` is off",
        note = "in Cargo.toml: daemon-core = {{ …, features = [\"handover\"] }}"
    )
)]
pub trait TakeOver: Sized {
    /// Reads what `pack` wrote.
    #[doc(hidden)]
    fn unpack(bytes: &[u8]) -> Result<Self>;
}

/// Fields by their names, so that a new program may add some and leave some out.
#[cfg(feature = "handover")]
impl<S: serde::Serialize> HandOver for S {
    fn pack(&self, mut to: &mut dyn Write) -> Result<()> {
        Ok(rmp_serde::encode::write_named(&mut to, self)?)
    }
}

#[cfg(feature = "handover")]
impl<S: serde::de::DeserializeOwned> TakeOver for S {
    fn unpack(bytes: &[u8]) -> Result<Self> {
        Ok(rmp_serde::from_slice(bytes)?)
    }
}

/// A packed value. What it claims of itself is checked when it is unpacked, for it may come from another image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    /// The type, with its path.
    pub(crate) kind: String,
    /// How many bytes there should be.
    pub(crate) len: usize,
    /// Their checksum.
    pub(crate) sum: u64,
    /// The bytes, as they have come.
    pub(crate) bytes: Vec<u8>,
}

impl Kept {
    /// Packs a value.
    pub(crate) fn of<S: HandOver>(value: &S) -> Result<Self> {
        let mut to = Bounded { bytes: Vec::new(), largest: LARGEST, full: false };
        let packed = value.pack(&mut to);
        if to.full {
            let text = format!("it takes more than {} MiB: hand over less", LARGEST >> 20);
            return Err(Error::new(Exit::Software, text).into());
        }
        packed?;
        let bytes = to.bytes;
        Ok(Self { kind: type_name::<S>().to_owned(), len: bytes.len(), sum: fnv1a(&bytes), bytes })
    }

    /// The value, if it is whole and of the type that is asked for.
    pub(crate) fn read<S: TakeOver>(&self) -> Result<S> {
        let (kind, wanted) = (&self.kind, type_name::<S>());
        if self.bytes.len() != self.len {
            return Err(format!("{} of its {} bytes have come", self.bytes.len(), self.len).into());
        }
        if fnv1a(&self.bytes) != self.sum {
            return Err("it is damaged: the checksum is wrong".into());
        }
        if kind != wanted {
            return Err(format!("it is a `{kind}`, and a `{wanted}` is asked for").into());
        }
        S::unpack(&self.bytes).map_err(|error| format!("it does not read as a `{wanted}`: {error}").into())
    }
}

/// Bytes up to a limit, so that a state that has grown too large does not take the memory first.
struct Bounded {
    bytes: Vec<u8>,
    largest: usize,
    full: bool,
}

impl Write for Bounded {
    fn write(&mut self, more: &[u8]) -> io::Result<usize> {
        if more.len() > self.largest - self.bytes.len() {
            self.full = true;
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.bytes.extend_from_slice(more);
        Ok(more.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(all(test, feature = "handover"))]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    type Table = BTreeMap<String, (u64, Option<f64>)>;

    fn table() -> Table {
        BTreeMap::from([("a".into(), (1, None)), ("b".into(), (u64::MAX, Some(0.5)))])
    }

    #[test]
    fn what_is_packed_is_unpacked() {
        assert_eq!(Kept::of(&table()).and_then(|kept| kept.read::<Table>()).expect("a table"), table());
        assert_eq!(Kept::of(&()).and_then(|kept| kept.read::<()>()).expect("nothing"), ());
    }

    /// Every flipped bit and every cut of the author's part is noticed.
    #[test]
    fn fault_066_a_damaged_state_is_not_believed() {
        let good = Kept::of(&table()).expect("packed");
        for at in 0..good.bytes.len() {
            let cut = Kept { bytes: good.bytes[..at].to_vec(), ..good.clone() };
            assert!(cut.read::<Table>().expect_err("cut").to_string().contains("bytes have come"));
            for bit in 0..8 {
                let mut bad = good.clone();
                bad.bytes[at] ^= 1 << bit;
                assert!(bad.read::<Table>().expect_err("flipped").to_string().contains("damaged"), "{bit} of {at}");
            }
        }
    }

    #[test]
    fn fault_066_another_type_is_not_guessed_at() {
        let kept = Kept::of(&5_u32).expect("packed");
        let why = kept.read::<u64>().expect_err("another type").to_string();
        assert_eq!(why, "it is a `u32`, and a `u64` is asked for");
    }

    /// The same name for something else: what a new version of the program may come to.
    #[test]
    fn fault_066_another_schema_is_told() {
        let kept = Kept { kind: type_name::<Table>().to_owned(), ..Kept::of(&"a text").expect("packed") };
        let why = kept.read::<Table>().expect_err("another schema").to_string();
        assert!(why.starts_with("it does not read as a `alloc::collections"), "{why}");
    }

    /// Bytes with the right checksum that mean nothing to this program, most of them nearly right: no panic, and no memory
    /// for a length that is only claimed.
    #[test]
    fn fault_066_any_bytes_are_read_or_refused() {
        let good = Kept::of(&table()).expect("packed");
        let (mut random, mut read) = (0x9E37_79B9_7F4A_7C15_u64, 0);
        for _ in 0..200_000 {
            let mut bytes = good.bytes.clone();
            for _ in 0..3 {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let [high, low, place, ..] = random.to_be_bytes();
                let at = usize::from(place) % bytes.len();
                bytes[at] = if high < 128 { low } else { bytes[at] ^ 1 << (low % 8) };
            }
            let kept = Kept { len: bytes.len(), sum: fnv1a(&bytes), bytes, ..good.clone() };
            read += u32::from(kept.read::<Table>().is_ok());
        }
        assert!(read > 1_000, "{read}: some must be read, or nothing was shown");
        let claimed = vec![0xDF, 0xFF, 0xFF, 0xFF, 0xFF];
        let kept = Kept { len: claimed.len(), sum: fnv1a(&claimed), bytes: claimed, ..good };
        assert!(kept.read::<Table>().is_err());
    }

    #[test]
    fn fault_062_a_state_that_is_too_large_is_refused_before_it_takes_the_memory() {
        let piece = "x".repeat(1 << 20);
        let fits: Vec<&str> = vec![&piece; 63];
        assert_eq!(Kept::of(&fits).expect("packed").len, (63 << 20) + 63 * 5 + 3);
        let large: Vec<&str> = vec![&piece; 2000];
        assert_eq!(Kept::of(&large).expect_err("too large").to_string(), "it takes more than 64 MiB: hand over less");
    }
}
