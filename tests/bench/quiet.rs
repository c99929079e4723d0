//! The quiet guard: how much of the machine went to processes that are not ours, waiting until it is
//! little, and taking a sample again when it was not.

use std::io;
use std::time::{Duration, Instant};

/// Share of the machine that others may take before a sample begins.
const QUIET: f64 = 0.08;
/// Share that others may take during a sample before it is thrown away.
const DISTURBED: f64 = 0.12;
/// How long one look at the machine takes.
const PROBE: Duration = Duration::from_millis(100);

/// A result and the share of the machine others took meanwhile.
#[derive(Debug, Clone, Copy)]
pub struct Sample<T> {
    /// What was measured.
    pub value: T,
    /// Share of the machine, 0 to 1.
    pub foreign: f64,
}

/// Whether others left the sample alone.
pub fn undisturbed(foreign: f64) -> bool {
    foreign <= DISTURBED
}

/// Takes a sample in a quiet moment; takes it again, up to `tries` times, when others used the machine
/// meanwhile, and keeps the least disturbed.
pub fn sampled<T>(patience: Duration, tries: usize, mut take: impl FnMut() -> io::Result<T>) -> io::Result<Sample<T>> {
    let mut best: Option<Sample<T>> = None;
    for _ in 0..tries.max(1) {
        wait_quiet(patience)?;
        let meter = Meter::start()?;
        let value = take()?;
        let foreign = meter.foreign()?;
        if best.as_ref().is_none_or(|best| foreign < best.foreign) {
            best = Some(Sample { value, foreign });
        }
        if undisturbed(foreign) {
            break;
        }
    }
    best.ok_or_else(|| io::Error::other("no sample"))
}

/// Waits, at most `patience`, until others leave the machine alone.
fn wait_quiet(patience: Duration) -> io::Result<()> {
    let begun = Instant::now();
    loop {
        let meter = Meter::start()?;
        std::thread::sleep(PROBE);
        if meter.foreign()? <= QUIET || begun.elapsed() >= patience {
            return Ok(());
        }
    }
}

/// CPU time of the machine and of ourselves since a moment.
struct Meter {
    begun: Instant,
    busy: f64,
    own: f64,
}

impl Meter {
    fn start() -> io::Result<Self> {
        Ok(Self { begun: Instant::now(), busy: busy()?, own: own()? })
    }

    fn foreign(&self) -> io::Result<f64> {
        let passed = self.begun.elapsed().as_secs_f64().max(1e-3);
        let processors = std::thread::available_parallelism()?.get() as f64;
        Ok(((busy()? - self.busy - (own()? - self.own)) / (passed * processors)).max(0.0))
    }
}

/// CPU seconds used by the whole machine, stolen time included.
fn busy() -> io::Result<f64> {
    // SAFETY: sysconf only reads a number.
    let ticks = unsafe { libc::sysconf(libc::_SC_CLK_TCK) };
    let stat = std::fs::read_to_string("/proc/stat")?;
    busy_ticks(&stat)
        .map(|busy| busy / ticks.max(1) as f64)
        .ok_or_else(|| io::Error::other("/proc/stat is not understood"))
}

/// The first line's columns without idle and waiting for input.
fn busy_ticks(stat: &str) -> Option<f64> {
    let columns: Vec<f64> =
        stat.lines().next()?.split_whitespace().skip(1).take(8).map_while(|c| c.parse().ok()).collect();
    Some(columns.iter().sum::<f64>() - columns.get(3)? - columns.get(4)?)
}

/// CPU seconds of this process and of the children it reaped.
pub fn own() -> io::Result<f64> {
    Ok(spent(libc::RUSAGE_SELF)? + spent(libc::RUSAGE_CHILDREN)?)
}

fn spent(who: libc::c_int) -> io::Result<f64> {
    // SAFETY: rusage is plain numbers, for which zero is a value.
    let mut used: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: `used` is a valid rusage to write to.
    if unsafe { libc::getrusage(who, &raw mut used) } != 0 {
        return Err(io::Error::last_os_error());
    }
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    Ok(seconds(used.ru_utime) + seconds(used.ru_stime))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idle_columns_are_not_busy() {
        let stat = "cpu  100 1 20 5000 300 2 3 4 0 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n";
        assert_eq!(busy_ticks(stat), Some(130.0));
        assert_eq!(busy_ticks("cpu 1 2"), None);
    }

    #[test]
    fn a_disturbed_sample_is_taken_again_and_the_first_quiet_one_kept() {
        let mut taken = 0;
        let sample = sampled(Duration::ZERO, 2, || {
            taken += 1;
            Ok(taken)
        });
        assert!(sample.is_ok_and(|sample| sample.value <= 2));
    }
}
