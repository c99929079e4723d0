//! Faults of the restart in place: the lock, the process number and the PID file never waver, and a new program that
//! does not work costs nothing.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use daemon_core::lock::file::FileLock;
use daemon_core::lock::{Acquired, Identity, Name, Provider};
use daemon_tests::{Detached, Place, figure, proc, rounds, spread};
use nix::sys::signal::Signal;

const DAEMON: &str = env!("CARGO_BIN_EXE_lifecycle");
const NEXT: &str = env!("CARGO_BIN_EXE_lifecycle_next");

fn start(program: &str, place: &Place, more: &[&str]) -> Detached {
    Detached::start(program, place, more).unwrap_or_else(|ended| panic!("the launcher failed: {ended:#?}"))
}

/// Runs until it is told to stop; says how often it went round.
struct Poller(Arc<AtomicBool>, JoinHandle<usize>);

impl Poller {
    fn new(mut poll: impl FnMut() + Send + 'static) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            let mut count = 0;
            while !stopped.load(Ordering::Relaxed) {
                poll();
                count += 1;
            }
            count
        });
        Self(stop, thread)
    }

    fn finish(self) -> usize {
        self.0.store(true, Ordering::Relaxed);
        self.1.join().expect("the poller found nothing wrong")
    }
}

fn contender(lock: PathBuf, stolen: Arc<AtomicUsize>) -> Poller {
    let mut lock = FileLock::new(lock, Identity::new(Name::new("contender").expect("a name")));
    Poller::new(move || match lock.acquire() {
        Acquired::Held(_) => {
            stolen.fetch_add(1, Ordering::Relaxed);
            lock.release();
        }
        Acquired::Busy(_) => {}
        other => panic!("{other:?}"),
    })
}

/// Over many restarts nobody else gets the lock, the process stays the same, and every reader of the PID file finds it
/// whole.
#[test]
fn fault_056_no_gap_at_restart() {
    let (place, count) = (Place::new(), rounds(1000));
    let pid_file = place.file("x.pid");
    let daemon = start(DAEMON, &place, &["-p", pid_file.to_str().expect("text")]);
    let want = format!("{}\n", daemon.pid());
    let stolen = Arc::new(AtomicUsize::new(0));
    let contender = contender(place.lock(), Arc::clone(&stolen));
    let reader = Poller::new(move || assert_eq!(fs::read_to_string(&pid_file).ok().as_deref(), Some(want.as_str())));
    let mut times = Vec::new();
    for round in 1..=count {
        let asked = Instant::now();
        daemon.signal(Signal::SIGHUP);
        daemon.wait_log("started again", round);
        times.push(asked.elapsed());
    }
    let (tries, reads) = (contender.finish(), reader.finish());
    assert_eq!(stolen.load(Ordering::Relaxed), 0);
    assert_eq!(daemon.stop(), Some(0));
    let (p50, p99, max) = spread(times);
    figure(
        "fault_056",
        &format!(
            "0 of {tries} tries stole the lock over {count} restarts, {reads} reads of the PID file, HUP to started p50 {p50:?} p99 {p99:?} max {max:?}"
        ),
    );
}

fn copy(from: &str, to: &Path) {
    // By rename, as packages are installed: the running image keeps its file.
    let new = to.with_extension("new");
    fs::copy(from, &new).expect("copied");
    fs::rename(&new, to).expect("renamed");
}

#[test]
fn fault_057_a_replaced_program_is_the_one_that_runs_next() {
    let place = Place::new();
    let program = place.file("program");
    copy(DAEMON, &program);
    let daemon = start(program.to_str().expect("text"), &place, &[]);
    assert!(daemon.log().contains("set up lifecycle\n"));
    copy(NEXT, &program);
    daemon.signal(Signal::SIGHUP);
    daemon.wait_log("set up lifecycle_next\n", 1);
    assert_eq!(daemon.stop(), Some(0));
}

/// What is wrong with a program, and how it comes to be.
type Spoiler = (String, Box<dyn Fn(&Path)>);

/// A program that is missing, empty, cut off, not executable or another one altogether: the old image goes on, says
/// why, and restarts as soon as the program is whole again.
#[test]
fn fault_058_059_a_program_that_does_not_work_costs_nothing() {
    let place = Place::new();
    let program = place.file("program");
    copy(DAEMON, &program);
    let daemon = start(program.to_str().expect("text"), &place, &[]);
    let whole = fs::read(DAEMON).expect("a program");
    let mut bad: Vec<Spoiler> = vec![
        ("missing".into(), Box::new(|path| fs::remove_file(path).expect("removed"))),
        ("empty".into(), Box::new(|path| replace(path, b"", 0o755))),
        ("a text".into(), Box::new(|path| replace(path, b"no program", 0o755))),
        ("another program".into(), Box::new(|path| copy("/bin/true", path))),
    ];
    let same = whole.clone();
    bad.push(("not executable".into(), Box::new(move |path| replace(path, &same, 0o644))));
    let (loaded, parts) = (loaded(&whole), rounds(20).max(4));
    for part in 1..=parts {
        let cut = whole[..loaded * part / (parts + 1)].to_vec();
        bad.push((format!("cut to {}", cut.len()), Box::new(move |path| replace(path, &cut, 0o755))));
    }
    for (number, (what, spoil)) in bad.iter().enumerate() {
        spoil(&program);
        daemon.signal(Signal::SIGHUP);
        daemon.wait_log("no restart, going on as before", number + 1);
        assert_eq!(daemon.log().matches("started again").count(), 0, "{what}");
    }
    copy(NEXT, &program);
    daemon.signal(Signal::SIGHUP);
    daemon.wait_log("set up lifecycle_next\n", 1);
    assert_eq!(daemon.stop(), Some(0));
    figure("fault_058_059", &format!("downtime 0 of {} broken programs", bad.len()));
}

/// How much of a program file is loaded to run it; behind that come debugging symbols, which nobody would miss.
fn loaded(elf: &[u8]) -> usize {
    let number = |at: usize, len: usize| elf[at..at + len].iter().rev().fold(0, |n, byte| n << 8 | usize::from(*byte));
    let (table, size, count) = (number(32, 8), number(54, 2), number(56, 2));
    let headers = (0..count).map(|index| table + index * size);
    let load = headers.filter(|at| number(*at, 4) == 1);
    load.map(|at| number(at + 8, 8) + number(at + 32, 8)).max().expect("a loaded part")
}

fn replace(path: &Path, content: &[u8], mode: u32) {
    let new = path.with_extension("new");
    fs::write(&new, content).expect("written");
    fs::set_permissions(&new, fs::Permissions::from_mode(mode)).expect("a mode");
    fs::rename(&new, path).expect("renamed");
}

/// The same process, with the same arguments and the same environment, byte for byte, and the same descriptors.
#[test]
fn fault_061_062_nothing_is_lost_and_nothing_grows() {
    let (place, count) = (Place::new(), rounds(10_000));
    let mut command = Command::new(DAEMON);
    command.arg0(OsStr::from_bytes(b"odd \xff name")).args(["--note", " a\nb  \"c' "]);
    command.env("ODD", OsStr::from_bytes(b"x\xff\n=y")).env("EMPTY", "");
    let daemon = Detached::spawn(command, &place).unwrap_or_else(|ended| panic!("{ended:#?}"));
    let of = |what: &str| fs::read(format!("/proc/{}/{what}", daemon.pid())).expect("readable");
    let (arguments, environment) = (of("cmdline"), sorted(&of("environ")));
    let restart = |number| {
        daemon.signal(Signal::SIGHUP);
        daemon.wait_log("started again", number);
    };
    (1..=20).for_each(restart);
    let (descriptors, memory) = (kinds(daemon.pid()), resident(daemon.pid()));
    (21..=20 + count).for_each(restart);
    assert_eq!(of("cmdline"), arguments);
    assert_eq!(sorted(&of("environ")), environment);
    assert_eq!(kinds(daemon.pid()), descriptors);
    let grown = resident(daemon.pid()).saturating_sub(memory);
    assert!(grown < 1024, "{grown} kB more after {count} restarts");
    assert_eq!(daemon.stop(), Some(0));
    figure(
        "fault_062",
        &format!("{count} restarts: {} descriptors before and after, memory +{grown} kB", descriptors.len()),
    );
}

/// The launcher adds the role to the environment of its child, and `/proc` shows what the child was given at first; so
/// the role is left out.
fn sorted(environment: &[u8]) -> Vec<Vec<u8>> {
    let entries = environment.split(|byte| *byte == 0);
    let mut own: Vec<Vec<u8>> =
        entries.filter(|entry| !entry.starts_with(b"DAEMON_CORE_ROLE=")).map(<[u8]>::to_vec).collect();
    own.sort();
    own
}

/// What is open, without the numbers that differ from one socket to the next.
fn kinds(pid: u32) -> Vec<String> {
    let shown = |path: &PathBuf| path.display().to_string().split('[').next().unwrap_or_default().to_owned();
    let mut kinds: Vec<String> = proc::descriptors(pid).iter().map(shown).collect();
    kinds.sort();
    kinds
}

fn resident(pid: u32) -> u64 {
    proc::status(pid, "VmRSS").trim_end_matches(" kB").parse().unwrap_or(0)
}

/// TERM at any moment of an endless row of restarts is a clean end, never a death by default action.
#[test]
fn fault_049_a_stop_wins_over_endless_restarts() {
    let count = rounds(1000);
    let mut random = 0x9E37_79B9_7F4A_7C15u64;
    for round in 0..count {
        let place = Place::new();
        let mut daemon = start(DAEMON, &place, &[]);
        let pid = nix::unistd::Pid::from_raw(daemon.pid().cast_signed());
        let storm = Poller::new(move || {
            let _ = nix::sys::signal::kill(pid, Signal::SIGHUP);
            std::thread::sleep(Duration::from_micros(200));
        });
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        // The stimulus: any moment of the restarts may be met.
        std::thread::sleep(Duration::from_micros(random >> 50));
        daemon.signal(Signal::SIGTERM);
        // Still a child that is not reaped: the storm can not hit another process.
        let code = daemon.wait_unreaped();
        storm.finish();
        assert_eq!(code, Some(0), "round {round}: {}", daemon.log());
        daemon.wait();
    }
    figure("fault_049", &format!("{count} of {count} ended cleanly"));
}

/// Many wishes are one restart or a few, and the last of them is heard.
#[test]
fn fault_048_a_burst_of_wishes_is_heard_to_the_last() {
    let place = Place::new();
    let daemon = start(DAEMON, &place, &[]);
    for _ in 0..rounds(1000) {
        daemon.signal(Signal::SIGHUP);
    }
    daemon.wait_log("started again", 1);
    let restarts = daemon.log().matches("started again").count();
    daemon.signal(Signal::SIGHUP);
    daemon.wait_log("started again", restarts + 1);
    assert_eq!(daemon.stop(), Some(0));
}

/// A program that starts a helper before anything else: the helper keeps the outputs of the trial open, and is not waited
/// for.
#[test]
fn a_helper_of_the_trial_does_not_stop_the_loop() {
    let place = Place::new();
    let program = place.file("program");
    copy(DAEMON, &program);
    let helper = place.file("helper");
    let mut command = Command::new(&program);
    command.env("HELPER", &helper);
    let daemon = Detached::spawn(command, &place).unwrap_or_else(|ended| panic!("{ended:#?}"));
    copy(env!("CARGO_BIN_EXE_lifecycle_helper"), &program);
    daemon.signal(Signal::SIGHUP);
    daemon.wait_log("set up lifecycle_helper\n", 1);
    let helpers = fs::read_to_string(&helper).expect("helpers");
    let first = helpers.lines().next().expect("the helper of the trial");
    assert!(Path::new("/proc").join(first).exists(), "the helper ended: nothing was shown");
    assert_eq!(daemon.stop(), Some(0));
    for number in helpers.lines() {
        let pid = nix::unistd::Pid::from_raw(number.parse().expect("a number"));
        let _ = nix::sys::signal::kill(pid, Signal::SIGKILL);
    }
}

/// A young daemon that fails is not started again: that is its supervisor's affair.
#[test]
fn fault_064_a_failure_soon_after_the_start_is_the_end() {
    let place = Place::new();
    let mut daemon = start(DAEMON, &place, &["--fail-at", "3"]);
    assert_eq!(daemon.wait(), Some(70));
    assert!(daemon.log().contains("no restart: failed after"), "{}", daemon.log());
    assert!(daemon.log().contains("left after 3 ticks"));
}

/// Restarts that were asked for are no failures: after many of them an error still has its restart.
#[test]
fn b31_only_restarts_after_failures_count_for_the_limit() {
    let place = Place::new();
    // After 11 s: a daemon that fails before 10 s would stop for that alone.
    let daemon = start(DAEMON, &place, &["--fail-at", "1100"]);
    for number in 1..=6 {
        daemon.signal(Signal::SIGHUP);
        daemon.wait_log("started again", number);
    }
    daemon.wait_log("restarting in 2s after a fatal error", 1);
    daemon.wait_log("started again", 7);
    assert_eq!(daemon.stop(), Some(0));
}
