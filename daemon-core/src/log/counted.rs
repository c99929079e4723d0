//! A target whose losses are counted, and told as soon as it works again.

use log::Level;

use super::Target;
use super::record::{self, Source};
use crate::sys::clock;

/// A target, and how much it has lost since it last worked.
pub(super) struct Counted<T> {
    pub(super) target: T,
    pub(super) lost: u64,
    why: String,
}

impl<T: Target> Counted<T> {
    pub(super) const fn new(target: T) -> Self {
        Self { target, lost: 0, why: String::new() }
    }

    /// The same count, for another target.
    pub(super) fn replaced_by(self, target: T) -> Self {
        Self { target, ..self }
    }

    pub(super) fn write(&mut self, lines: &[u8], pid: u32) {
        if self.lost > 0 && !self.report(pid) {
            self.lost += 1;
            return;
        }
        if let Err(error) = self.target.write(lines) {
            self.lost += 1;
            self.why = error.to_string();
        }
    }

    /// Sends what was kept, and then what is to be told about losses; whether nothing is left.
    pub(super) fn drain(&mut self, pid: u32) -> bool {
        self.target.drain() && (self.lost == 0 || (self.report(pid) && self.target.drain()))
    }

    /// Says in the log what the log has lost; whether the target took it.
    #[cold]
    pub(super) fn report(&mut self, pid: u32) -> bool {
        let mut lines = Vec::new();
        let source = Source { wall: clock::wall(), pid, target: "daemon", level: Level::Warn };
        let (count, noun) = (self.lost, if self.lost == 1 { "record was" } else { "records were" });
        record::write(&mut lines, source, &format!("{count} log {noun} lost: {}", self.why));
        let taken = self.target.write(&lines).is_ok();
        if taken {
            self.lost = 0;
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    /// Refuses some records.
    struct Full {
        refuse: u64,
        took: Vec<String>,
    }

    impl Target for Full {
        fn write(&mut self, lines: &[u8]) -> io::Result<()> {
            if self.refuse > 0 {
                self.refuse -= 1;
                return Err(io::Error::from_raw_os_error(libc::ENOSPC));
            }
            self.took.push(String::from_utf8_lossy(lines).into_owned());
            Ok(())
        }
    }

    /// What a full disk swallows is counted exactly and told when there is room again: fault 89.
    #[test]
    fn fault_089_losses_are_counted_and_reported() {
        let mut counted = Counted::new(Full { refuse: 5, took: Vec::new() });
        for n in 0..8 {
            counted.write(format!("record {n}\n").as_bytes(), 1);
        }
        let took = counted.target.took;
        assert!(took[0].contains("warn: 5 log records were lost: No space left on device"), "{took:?}");
        assert_eq!(took[1..], ["record 5\n", "record 6\n", "record 7\n"]);
    }
}
