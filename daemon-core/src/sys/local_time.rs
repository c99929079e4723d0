//! Local time and `strftime`, from the C library, which knows the machine's time zone.

use std::ffi::CString;
use std::mem::MaybeUninit;

use crate::clock::Wall;

/// A moment broken into local calendar fields.
#[derive(Clone, Copy)]
pub(crate) struct LocalTime(libc::tm);

impl LocalTime {
    /// Breaks `wall` up in the machine's time zone.
    pub(crate) fn of(wall: Wall) -> Self {
        let seconds = libc::time_t::try_from(wall.seconds()).unwrap_or(0);
        let mut fields = MaybeUninit::<libc::tm>::zeroed();
        // SAFETY: both pointers are valid for the call; `localtime_r` writes `fields` or, for a year it can not hold,
        // returns null and leaves the zeroes, which are a valid `tm`.
        unsafe {
            libc::localtime_r(&raw const seconds, fields.as_mut_ptr());
            Self(fields.assume_init())
        }
    }

    /// `strftime(3)` with `pattern`; an empty text when the result would pass 4 KiB or the pattern holds a NUL.
    pub(crate) fn format(&self, pattern: &str) -> String {
        let Ok(pattern) = CString::new(pattern) else {
            return String::new();
        };
        let mut buffer = [0u8; 4096];
        // SAFETY: the buffer's length is passed along, the pattern ends with NUL, and `self.0` came from
        // `localtime_r`, so its zone pointer is static or null.
        let len =
            unsafe { libc::strftime(buffer.as_mut_ptr().cast(), buffer.len(), pattern.as_ptr(), &raw const self.0) };
        String::from_utf8_lossy(&buffer[..len]).into_owned()
    }

    /// Minutes east of Greenwich.
    pub(crate) fn offset_minutes(&self) -> i64 {
        #[allow(clippy::unnecessary_cast, reason = "c_long is 32 bits wide on some targets")]
        let seconds = self.0.tm_gmtoff as i64;
        seconds / 60
    }
}

/// `2026-11-20 07:15:59 +01:00`.
pub(crate) fn stamp(wall: Wall) -> String {
    let time = LocalTime::of(wall);
    format!("{} {}", time.format("%Y-%m-%d %H:%M:%S"), offset(&time))
}

/// `+01:00`.
pub(crate) fn offset(time: &LocalTime) -> String {
    let minutes = time.offset_minutes();
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_and_offsets() {
        let time = LocalTime::of(Wall(86_400 * 1_000_000_000 * 400));
        assert_eq!(time.format("%Y").len(), 4);
        assert_eq!(time.format("a\0b"), "");
        assert_eq!(offset(&time).len(), 6);
    }
}
