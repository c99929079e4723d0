//! A stop loses no line of `pulse`, whenever it comes.

use std::fs;
use std::time::{Duration, Instant};

use daemon_tests::{Child, Ended, Place, figure, rounds};
use nix::sys::signal::Signal;

use crate::shell::examples;

/// How often it is stopped at full scale.
const FULL: usize = 2000;
const INTERVAL: Duration = Duration::from_millis(10);

/// Numbers that look random and are the same each time (xorshift64).
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

/// TERM in any phase of an iteration: each summary in the log has its line in the file, the file ends with a whole
/// line, and the exit code is 0.
#[test]
fn a_stop_loses_no_line() {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let (count, mut lines) = (rounds(FULL), 0);
    for round in 0..count {
        let place = Place::new();
        let ended = stopped_at_random(&place, &mut random);
        let csv = fs::read_to_string(place.file("pulse.csv")).expect("the file");
        assert_eq!(ended.code, Some(0), "round {round}: {ended:#?}");
        assert!(csv.ends_with('\n'), "round {round}: the last line is torn: {csv:?}");
        let written: Vec<String> = csv.lines().skip(1).map(in_csv).collect();
        let logged: Vec<String> = ended.lines.iter().filter_map(|line| in_log(line)).collect();
        assert_eq!(written, logged, "round {round}: {ended:#?}");
        lines += logged.len();
    }
    assert!(lines >= count, "too few lines to tell anything");
    figure("a_stop_loses_no_line", &format!("{lines} lines in {count} stops, 0 lost"));
}

/// Starts `pulse`, waits for a random number of iterations and then for a random part of one, and stops it.
fn stopped_at_random(place: &Place, random: &mut Random) -> Ended {
    let program = examples().join("pulse");
    let (csv, lock) = (place.file("pulse.csv"), place.lock());
    let arguments = ["--interval", "10ms", "--csv"].map(Into::into);
    let mut child = Child::start(&program.to_string_lossy(), arguments.into_iter().chain([csv, "--lock".into(), lock]));
    for _ in 0..=random.below(4) {
        child.wait_for(" MB free, ");
    }
    // The fault is put into a phase; no verdict hangs on it.
    let nanos = u64::try_from(INTERVAL.as_nanos()).expect("a short time");
    let until = Instant::now() + Duration::from_nanos(random.below(nanos));
    while Instant::now() < until {
        std::hint::spin_loop();
    }
    child.signal(Signal::SIGTERM);
    child.wait()
}

/// `[…] PID pulse load L, F MB free, busiest B with S %` as `L F B S`.
fn in_log(line: &str) -> Option<String> {
    let (_, rest) = line.split_once(" pulse load ")?;
    let (load, rest) = rest.split_once(", ")?;
    let (free, rest) = rest.split_once(" MB free, busiest ")?;
    let (busiest, share) = rest.strip_suffix(" %")?.rsplit_once(" with ")?;
    Some(format!("{load} {free} {busiest} {share}"))
}

/// `seconds,L,F,B,S` as `L F B S`.
fn in_csv(line: &str) -> String {
    let fields: Vec<&str> = line.split(',').collect();
    assert_eq!(fields.len(), 5, "a line of {line:?}");
    fields[1..].join(" ")
}
