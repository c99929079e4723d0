//! Extreme numbers on flags and in declarations: fault 71. Refused with the setting, the value and what to write
//! instead; never a panic, never an overflow.

use std::process::Command;
use std::time::Duration;

use daemon_core::duration::{self, Pretty};
use daemon_core::{Exit, Lock, Missed, Spec};
use daemon_tests::hostile::Hostile;
use daemon_tests::{Child, Place, each, figure, rounds};

const SHORTEST: Duration = Duration::from_micros(100);
const LONGEST: Duration = Duration::from_secs(100 * 365 * 86_400);

/// Numbers that are none, or far outside of what makes sense, with every unit that could save them.
const NUMBERS: &[&str] = &[
    "NaN",
    "nan",
    "inf",
    "-inf",
    "infinity",
    "-1",
    "-0",
    "1e308",
    "1e-308",
    "1e9",
    "0x10",
    "1_000",
    "1,5",
    "٣",
    "½",
    "1..5",
    ".5",
    "1.",
    "99999999999999999999",
    "18446744073709551615",
    "18446744073709551616",
    "0.0000000001",
    "340282366920938463463374607431768211456",
];

/// Fault 71: each extreme number on `--interval`, with and without a unit, and intervals out of range: 64, the flag, the
/// value and advice on standard error.
#[test]
fn fault_071_extreme_intervals_are_refused() {
    let units = ["", "s", "ns", "us", "w", " years"];
    let numbers = NUMBERS.iter().flat_map(|number| units.iter().map(move |unit| format!("{number}{unit}")));
    // Of the numbers of the list these are lengths of time, if much too long or short ones.
    let out_of_range = ["99us", "99.999us", "1ns", "1w 36500d", "101d 36500d", "5218w"].map(String::from);
    let count = each(numbers.chain(out_of_range), |text| {
        let ended = Child::start(env!("CARGO_BIN_EXE_cli_probe"), ["--once", "--interval", text]).wait();
        ended.expect_code(64);
        assert!(ended.errors.contains("interval"), "{}", ended.errors);
        let named = ended.errors.contains(&format!("{text:?}")) || ended.errors.contains("(flag)");
        let advice = ["write ", "at most 584 years", "finer than a nanosecond"];
        assert!(named && advice.iter().any(|words| ended.errors.contains(words)), "{}", ended.errors);
    });
    figure("fault_071", &format!("{count} extreme intervals on the command line: 64 with advice, panics 0"));
}

/// Fault 71: extreme probabilities and counts.
#[test]
fn fault_071_extreme_probabilities_and_counts_are_refused() {
    let idle = ["NaN", "inf", "-inf", "-0.1", "1.0000001", "1e308", "-1e308", "1e309", "0x1", "", " 0.5", "0,5"];
    let missed =
        ["burst(-1)", "burst(NaN)", "burst(1e3)", "burst(4294967296)", "burst()", "burst(", "burst 3", "burst(3))"];
    let with = |flag: &'static str| move |text: &&'static str| (flag, *text);
    let cases = idle.iter().map(with("--idle")).chain(missed.iter().map(with("--missed")));
    let count = each(cases, |(flag, text)| {
        let ended = Child::start(env!("CARGO_BIN_EXE_cli_probe"), [flag, text]).wait();
        ended.expect_code(64);
        assert!(ended.errors.contains(flag) && ended.errors.contains(&format!("{text:?}")), "{}", ended.errors);
        assert!(ended.errors.contains("write"), "{}", ended.errors);
    });
    figure("fault_071", &format!("{count} extreme probabilities and counts: 64 with advice, panics 0"));
}

/// Fault 71: the ends of the range are taken, and the daemon ticks.
#[test]
fn fault_071_the_ends_of_the_range_work() {
    for interval in ["100us", "36500d", "0", "0s", "876000h"] {
        let place = Place::new();
        let mut command = Command::new(env!("CARGO_BIN_EXE_time_grid"));
        command.args(["--interval", interval]).env("RECORD", place.file("record"));
        let mut child = Child::spawn(command);
        child.wait_for(" tick 1");
        child.stop().expect_code(0);
    }
    let ended = Child::start(env!("CARGO_BIN_EXE_cli_probe"), ["--missed", "burst(4294967295)", "--once"]).wait();
    ended.expect_code(0);
}

/// One term of a length of time, and how long it is; `None` when that can not be counted in 64 bits of nanoseconds, or
/// is no whole number of them.
fn term(random: &mut Hostile) -> (String, Option<u128>) {
    let units = [
        ("ns", 1u128),
        ("us", 1_000),
        ("ms", 1_000_000),
        ("s", 1_000_000_000),
        ("h", 3_600_000_000_000),
        ("weeks", 604_800_000_000_000),
    ];
    let (unit, length) = units[random.below(6)];
    let whole: String = (0..=random.below(21)).map(|_| digit(random, 0)).collect();
    // Every other one has a fraction, of zeros mostly.
    let part: String = (0..random.below(30).saturating_sub(15)).map(|_| digit(random, 3)).collect();
    let blank = ["", " ", "  "][random.below(3)];
    let value = exact(&whole, &part, length);
    let point = if part.is_empty() { "" } else { "." };
    (format!("{whole}{point}{part}{blank}{unit}"), value.filter(|nanos| *nanos <= u128::from(u64::MAX)))
}

/// A digit, which is 0 in `zeros` of `zeros + 1` cases whatever it would be else.
fn digit(random: &mut Hostile, zeros: u64) -> char {
    let other = random.below(10);
    char::from(b"0123456789"[if random.below(zeros + 1) > 0 { 0 } else { other }])
}

/// `whole.part` times `length`, if that is a whole number.
fn exact(whole: &str, part: &str, length: u128) -> Option<u128> {
    let tens = 10u128.checked_pow(u32::try_from(part.len()).ok()?)?;
    let part = part.parse::<u128>().unwrap_or(0) * length;
    let whole = whole.parse::<u128>().ok()?.checked_mul(length)?;
    part.is_multiple_of(tens).then(|| whole + part / tens)
}

/// Fault 71: random lengths of time against an arithmetic of their own: what can be counted is read to the nanosecond,
/// what can not is refused; what is printed is read again as the same.
#[test]
fn fault_071_random_lengths_are_read_exactly() {
    let mut random = Hostile::new(71);
    let (count, mut read) = (rounds(1_000_000), 0);
    for _ in 0..count {
        let terms: Vec<(String, Option<u128>)> = (0..=random.below(3)).map(|_| term(&mut random)).collect();
        let text = terms.iter().map(|(text, _)| text.as_str()).collect::<Vec<_>>().join(" ");
        let whole = terms.iter().try_fold(0u128, |sum, (_, value)| Some(sum + (*value)?));
        let wanted = whole.filter(|nanos| *nanos <= u128::from(u64::MAX));
        match (duration::parse(&text), wanted) {
            (Ok(got), Some(wanted)) => {
                assert_eq!(got.as_nanos(), wanted, "{text:?}");
                read += 1;
                assert_reads_back(got);
            }
            (Err(flaw), None) => assert!(!flaw.to_string().is_empty()),
            (got, wanted) => panic!("{text:?} is {wanted:?}, not {got:?}"),
        }
    }
    assert!(read > count / 100, "only {read} of {count} could be read");
    figure("fault_071", &format!("{count} random lengths of time, {read} of them read, wrong 0"));
}

/// What is printed is rounded to three digits of its smallest unit: so as close as that when it is read again.
fn assert_reads_back(length: Duration) {
    let text = Pretty(length).to_string();
    let again = duration::parse(&text).unwrap_or_else(|flaw| panic!("{length:?} is printed as {text:?}: {flaw}"));
    let error = again.abs_diff(length);
    assert!(error <= length / 500 || error.is_zero(), "{length:?} is printed as {text:?}");
}

/// Fault 71: noise against every reader of values: an answer, never a panic, and every refusal has words.
#[test]
fn fault_071_noise_is_refused_in_words() {
    let pieces = [
        "burst(",
        ")",
        "file",
        "none",
        "skip",
        "delay",
        "1",
        "0",
        ".",
        "s",
        "µs",
        "h",
        "-",
        " ",
        "/",
        "NaN",
        "9999999999999999999",
    ];
    let mut random = Hostile::new(1971);
    let count = rounds(1_000_000);
    for _ in 0..count {
        let mut text = String::new();
        for _ in 0..random.below(6) {
            text += pieces[random.below(pieces.len() as u64)];
            text += &random.noise(3);
        }
        let words = [
            duration::parse(&text).map(|_| ()).map_err(|flaw| flaw.to_string()),
            text.parse::<Missed>().map(|_| ()).map_err(|error| error.to_string()),
            text.parse::<Lock>().map(|_| ()).map_err(|error| error.to_string()),
        ];
        for answer in words {
            assert!(answer.err().is_none_or(|why| why.len() > 10), "{text:?} is refused without words");
        }
    }
    figure("fault_071", &format!("{count} random texts for durations, policies and locks: panics 0"));
}

/// Fault 71: the same limits for what is declared, whatever number comes: exactly the range is taken, all else is refused
/// with 78, which is for a declaration what 64 is for a flag.
#[test]
fn fault_071_declarations_out_of_range_are_refused() {
    let mut random = Hostile::new(17);
    let count = rounds(1_000_000);
    for _ in 0..count {
        let nanos = random.number() >> random.below(64);
        let interval = Duration::from_nanos(nanos).saturating_mul(u32::try_from(random.below(20)).unwrap_or(1));
        let idle = f64::from_bits(random.number());
        let mut spec = Spec::<()>::default();
        spec.name("numbers").interval(interval).idle(idle);
        spec.execute(|(), _| {});
        let good = (interval.is_zero() || (SHORTEST..=LONGEST).contains(&interval)) && (0.0..=1.0).contains(&idle);
        match spec.plan().check() {
            Ok(()) => assert!(good, "{interval:?} {idle} was taken"),
            Err(error) => assert!(!good && error.exit() == Exit::Config, "{interval:?} {idle}: {error}"),
        }
    }
    figure("fault_071", &format!("{count} random declarations: the range and nothing else taken"));
}
