//! Very many calls, so many at once, with loads of all sizes; each result is compared with what it must be.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Instant;

use daemon_core::Result;
use daemon_core::worker::{Call, Failure};

use crate::hand::Value;

/// A lot of calls under way.
pub struct Bulk {
    total: u64,
    /// How many at once.
    width: u64,
    /// The longest load, in bytes.
    load: usize,
    made: u64,
    /// Numbers that have no end yet.
    open: BTreeSet<u64>,
    returned: u64,
    died: u64,
    other: u64,
    wrong: u64,
    /// Ends of numbers that have no end to come.
    twice: u64,
    began: Instant,
}

impl Bulk {
    /// `TOTAL WIDTH LOAD`.
    pub fn new(order: &str) -> Result<Self> {
        let numbers = order.split(' ').map(str::parse).collect::<Result<Vec<u64>, _>>()?;
        let [total, width, load] = numbers[..] else { return Err("a bulk has a total, a width and a load".into()) };
        let load = usize::try_from(load)?;
        Ok(Self {
            total,
            width,
            load,
            made: 0,
            open: BTreeSet::new(),
            returned: 0,
            died: 0,
            other: 0,
            wrong: 0,
            twice: 0,
            began: Instant::now(),
        })
    }

    /// The arguments of the next call, while there is room for one.
    pub fn next(&mut self) -> Option<(String, u64, String)> {
        if self.made == self.total || self.open.len() as u64 >= self.width {
            return None;
        }
        self.made += 1;
        self.open.insert(self.made);
        Some(("echo".to_owned(), self.made, self.text(self.made)))
    }

    /// The load of a call: a size and a content that no other has.
    fn text(&self, number: u64) -> String {
        let unit = format!("{number:x}.");
        // All sizes up to the longest; but when it is long, all are.
        let spread = usize::try_from(number * 7919).unwrap_or(0) % (self.load + 1);
        let size = if self.load > 1 << 16 { self.load } else { spread };
        let mut text = unit.repeat(size / unit.len() + 1);
        text.truncate(size);
        text
    }

    /// A call has ended.
    pub fn ended(&mut self, call: &Call, value: Option<Value>) {
        let number = call.arguments::<(String, u64, String)>().map_or(0, |(_, number, _)| number);
        if !self.open.remove(&number) {
            self.twice += 1;
        }
        match (value, call.failure()) {
            (Some((same, _, text)), _) => {
                self.returned += 1;
                self.wrong += u64::from(same != number || text != self.text(number));
            }
            (None, Some(Failure::Died(_))) => self.died += 1,
            (None, _) => self.other += 1,
        }
    }

    /// Whether every call has ended.
    pub fn is_done(&self) -> bool {
        self.made == self.total && self.open.is_empty()
    }
}

impl fmt::Display for Bulk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { made, returned, died, other, wrong, twice, began, .. } = self;
        let micros = began.elapsed().as_micros();
        write!(
            f,
            "made {made} returned {returned} died {died} other {other} wrong {wrong} twice {twice} in {micros} us"
        )
    }
}
