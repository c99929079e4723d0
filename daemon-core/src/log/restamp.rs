//! Another time for a line that is made already. A signal handler needs it, where neither the C library's calendar nor an
//! allocation may be used.

use crate::clock::Wall;

/// `[2026-11-20 10:15:35.014 +01:00]`
const STAMP_LENGTH: usize = 32;

/// Puts another time into the stamp of a line that [`record::write`](super::record::write) has made, with the time zone that stands in it. Allowed in a
/// signal handler: it computes and nothing else.
pub(crate) fn restamp(line: &mut [u8], wall: Wall) {
    // [2026-11-20 10:15:35.014 +01:00]
    let Some(stamp) = line.get_mut(..STAMP_LENGTH) else { return };
    let two = |at: usize| u64::from(stamp[at].wrapping_sub(b'0')) * 10 + u64::from(stamp[at + 1].wrapping_sub(b'0'));
    let east = (two(26) * 60 + two(29)) * 60;
    let seconds = if stamp[25] == b'-' { wall.seconds().saturating_sub(east) } else { wall.seconds() + east };
    let (year, month, day) = civil(seconds / 86_400);
    let mut put = |at: usize, count: usize, mut number: u64| {
        for digit in stamp[at..at + count].iter_mut().rev() {
            *digit = b'0' + u8::try_from(number % 10).unwrap_or(0);
            number /= 10;
        }
    };
    put(1, 4, year);
    put(6, 2, month);
    put(9, 2, day);
    put(12, 2, seconds / 3600 % 24);
    put(15, 2, seconds / 60 % 60);
    put(18, 2, seconds % 60);
    put(21, 3, wall.millis());
}

/// Year, month and day of a day since 1970. Years begin in March here, so that the odd day is the last of one.
const fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let january = if month < 10 { 0 } else { 1 };
    (era * 400 + year + january, if month < 10 { month + 3 } else { month - 9 }, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::record::{Source, write};
    use log::Level;

    /// For more than a century of days, each at another time of it.
    #[test]
    fn a_stamp_can_be_changed_to_any_other_time() {
        let line = |wall| {
            let mut out = Vec::new();
            write(&mut out, Source { wall, pid: 42, target: "daemon", level: Level::Error }, "x");
            out
        };
        for day in 0..40_000u64 {
            let second = day * 86_400 + day * 7_919 % 86_400;
            let (wall, zone) =
                (Wall(second * 1_000_000_000 + day % 1000 * 1_000_000), line(Wall(second * 1_000_000_000)));
            let mut restamped = zone.clone();
            restamp(&mut restamped, Wall(0));
            restamp(&mut restamped, wall);
            assert_eq!(String::from_utf8(restamped), String::from_utf8(line(wall)));
        }
        let mut short = *b"[2026";
        restamp(&mut short, Wall(0));
        assert_eq!(&short, b"[2026");
    }
}
