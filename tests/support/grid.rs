//! Ticks as a daemon under test records them, and the grid they must lie on.
//!
//! No verdict here depends on how fast the machine is: a tick is judged by the slot it belongs to, and the slot by
//! instants of the monotonic clock that stand in the record.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use daemon_core::Context;

/// One run of `execute`.
#[derive(Clone, Copy, Debug)]
pub struct Tick {
    /// When the hook began.
    pub start: u64,
    /// When the hook was about to end.
    pub end: u64,
    /// The next slot is due between here…
    pub next_low: u64,
    /// …and here; both 0 when it was due already, or can not be told.
    pub next_high: u64,
    /// Slots left out, as counted before this iteration.
    pub missed: u64,
    /// Overruns, as counted before this iteration.
    pub overruns: u64,
    /// Seconds of the wall clock.
    pub wall: u64,
}

impl Tick {
    /// What a hook can see of its slot. The next slot's instant is not told, only how long it is until then: so the time
    /// is read before and after, several times over, and the closest pair is kept.
    #[must_use]
    pub fn look(cx: &Context) -> Self {
        let now = cx.now();
        let stats = cx.stats();
        let step = nanos(cx.interval());
        let (mut next_low, mut next_high) = (0, u64::MAX);
        for _ in 0..64 {
            let before = cx.now().mono.0;
            let left = cx.time_left().unwrap_or_default();
            let after = cx.now().mono.0;
            if left.is_zero() || next_high - next_low < step / 100 {
                break;
            }
            if after - before < next_high - next_low {
                (next_low, next_high) = (before + nanos(left), after + nanos(left));
            }
        }
        // Looked too long, for want of a processor, to say which slot it is.
        if next_low == 0 || next_high - next_low > step / 4 {
            (next_low, next_high) = (0, 0);
        }
        Self {
            start: now.mono.0,
            end: 0,
            next_low,
            next_high,
            missed: stats.missed,
            overruns: stats.overruns,
            wall: now.wall.seconds(),
        }
    }

    /// Appends the tick to a record, and says when it ended.
    ///
    /// # Errors
    /// When the record can not be written.
    pub fn write(mut self, record: &mut impl Write, cx: &Context) -> std::io::Result<()> {
        self.end = cx.now().mono.0;
        let Self { start, end, next_low, next_high, missed, overruns, wall } = self;
        let line = format!("{start} {end} {next_low} {next_high} {missed} {overruns} {wall}\n");
        record.write_all(line.as_bytes())
    }

    /// Reads a record, as far as it has been written.
    ///
    /// # Panics
    /// When it is no record.
    #[must_use]
    pub fn read(record: &Path) -> Vec<Self> {
        let text = fs::read_to_string(record).unwrap_or_default();
        // What is being written at this moment is left for later.
        text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n')).map(Self::parse).collect()
    }

    fn parse(line: &str) -> Self {
        let numbers: Vec<u64> = line.split(' ').map(|n| n.parse().expect("a number")).collect();
        let [start, end, next_low, next_high, missed, overruns, wall] = numbers[..] else {
            panic!("a tick of seven numbers, not {line:?}");
        };
        Self { start, end, next_low, next_high, missed, overruns, wall }
    }

    /// Whether the next slot was still to come when the hook began.
    #[must_use]
    pub const fn on_time(&self) -> bool {
        self.next_low > 0
    }
}

/// Sleeps until an instant of the monotonic clock.
pub fn until(cx: &Context, instant: u64) {
    loop {
        let now = cx.now().mono.0;
        if now >= instant {
            return;
        }
        std::thread::sleep(Duration::from_nanos(instant - now));
    }
}

/// The grid that a first tick lies on.
#[derive(Clone, Copy, Debug)]
pub struct Grid {
    /// The first slot is due not before this…
    pub low: u64,
    /// …and not after this.
    pub high: u64,
    step: u64,
}

impl Grid {
    /// The grid whose slot 0 is that of `tick`.
    ///
    /// # Panics
    /// When the tick does not tell its slot.
    #[must_use]
    pub fn of(tick: &Tick, step: Duration) -> Self {
        assert!(tick.on_time(), "the first tick does not tell its slot");
        let step = nanos(step);
        Self { low: tick.next_low - step, high: tick.next_high - step, step }
    }

    /// The grid of these ticks, of which the first may have been so late that it does not tell its slot; that is slot 0 then.
    ///
    /// # Panics
    /// When no tick tells its slot.
    #[must_use]
    pub fn through(ticks: &[Tick], step: Duration) -> Self {
        let tells = ticks.iter().find(|tick| tick.on_time()).expect("a tick that tells its slot");
        let mut grid = Self::of(tells, step);
        let before = grid.low.saturating_sub(ticks[0].start).div_ceil(grid.step) * grid.step;
        (grid.low, grid.high) = (grid.low - before, grid.high - before);
        grid
    }

    /// The slot of `tick`, counted from the first one; where it does not tell, the latest that was due when it began.
    ///
    /// # Panics
    /// When it is not on the grid, or began before its slot.
    #[must_use]
    pub fn slot(&self, tick: &Tick) -> u64 {
        if !tick.on_time() {
            return self.latest(tick.start);
        }
        let (low, high) = (tick.next_low - self.step, tick.next_high - self.step);
        let middle = low.midpoint(high) + self.step / 2;
        let slot = (middle - self.low.midpoint(self.high)) / self.step;
        let (from, to) = (self.low + slot * self.step, self.high + slot * self.step);
        assert!(
            low <= to && from <= high,
            "{tick:?} is off the grid {self:?}: slot {slot} is due between {from} and {to}"
        );
        assert!(tick.start >= low.max(from), "{tick:?} began before its slot {slot}, due at {from}");
        slot
    }

    /// How many slots are due at `instant`, the first not counted: the number of the latest.
    #[must_use]
    pub const fn latest(&self, instant: u64) -> u64 {
        (instant - self.low) / self.step
    }

    /// The first slot that is due at `instant` or later, if anything by one too few.
    #[must_use]
    pub const fn next(&self, instant: u64) -> u64 {
        (instant - self.high).div_ceil(self.step)
    }

    /// How late `tick` began, in nanoseconds.
    #[must_use]
    pub fn late(&self, tick: &Tick) -> u64 {
        tick.start - (self.low + self.slot(tick) * self.step)
    }
}

/// Checks a run in which no slot may get lost without being counted: slots grow, none is begun early, and what lies
/// between two ticks was counted as missed. Answers with the slot of each tick.
///
/// # Panics
/// When that is not so.
#[must_use]
pub fn check(ticks: &[Tick], step: Duration) -> Vec<u64> {
    let grid = Grid::through(ticks, step);
    let slots: Vec<u64> = ticks.iter().map(|tick| grid.slot(tick)).collect();
    for (n, pair) in slots.windows(2).enumerate() {
        assert!(pair[0] < pair[1], "two iterations for slot {}: {:?}", pair[1], ticks[n + 1]);
    }
    // What an iteration skipped at its begin is counted at its end: so the first count of the stretch may stand for slots
    // before it, and those before the last tick are still to be counted.
    let last = ticks.len() - 1;
    if last >= 2 {
        let gaps = slots[last] - slots[1] - (last as u64 - 1);
        let counted = ticks[last].missed - ticks[1].missed;
        let (before, after) = (slots[1] - slots[0] - 1, slots[last] - slots[last - 1] - 1);
        assert!(
            counted <= gaps + before && gaps <= counted + after,
            "{gaps} slots are missing in the record, {counted} were counted"
        );
    }
    slots
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
