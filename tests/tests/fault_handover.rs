//! Faults of the author's state over a restart in place: it goes on exactly, or the daemon begins anew and says why. The
//! restart itself goes on in every case.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use daemon_core::duration;
use daemon_tests::{Chance, Detached, Place, figure, proc, rounds, spread};
use nix::sys::signal::Signal;

const DAEMON: &str = env!("CARGO_BIN_EXE_handover_daemon");
const NEXT: &str = env!("CARGO_BIN_EXE_handover_next");
const MANGLER: &str = env!("CARGO_BIN_EXE_handover_mangler");

/// What the daemon says when the state is lost.
const COLD: &str = "a cold start";

/// A daemon, and the file that says what becomes of its state.
struct Case {
    place: Place,
    daemon: Detached,
    restarts: usize,
}

impl Case {
    fn start(program: &Path, more: &[(&str, &Path)]) -> Self {
        Self::spawn(Command::new(program), more)
    }

    fn spawn(mut command: Command, more: &[(&str, &Path)]) -> Self {
        let place = Place::new();
        command.env("BEHAVE", place.file("behave")).envs(more.iter().copied());
        let daemon = Detached::spawn(command, &place).unwrap_or_else(|ended| panic!("{ended:#?}"));
        Self { place, daemon, restarts: 0 }
    }

    fn behave(&self, how: &str) {
        fs::write(self.place.file("behave"), how).expect("written");
    }

    /// Restarts, and waits until the new image is ready: what this has added to the log.
    fn restart(&mut self) -> String {
        self.restarts += 1;
        let before = self.daemon.log().len();
        self.daemon.signal(Signal::SIGHUP);
        self.daemon.wait_log(" counter 0.1.0 started", self.restarts + 1);
        self.daemon.log()[before..].to_owned()
    }

    fn stop(self) {
        assert_eq!(self.daemon.stop(), Some(0));
    }
}

/// The number behind `words`, if they are there.
fn number(log: &str, words: &str) -> Option<u64> {
    log.split_once(words)?.1.split_whitespace().next()?.parse().ok()
}

fn replace(from: &str, to: &Path) {
    let new = to.with_extension("new");
    fs::copy(from, &new).expect("copied");
    fs::rename(&new, to).expect("renamed");
}

/// What is handed over is what is taken over, every time; and the counts of the framework are those of the whole life.
#[test]
fn fault_062_a_count_goes_on_over_many_restarts() {
    let (count, began) = (rounds(4000), Instant::now());
    let mut case = Case::start(Path::new(DAEMON), &[]);
    assert!(case.daemon.log().contains("began anew"));
    let (mut last, mut times) = (0, Vec::new());
    let (mut descriptors, mut memory) = (0, 0);
    for round in 0..count {
        let asked = Instant::now();
        let log = case.restart();
        times.push(asked.elapsed());
        let (given, taken) = (number(&log, "handed over "), number(&log, "took over "));
        assert!(given.is_some() && given == taken && given >= Some(last), "{round}: {log}");
        last = given.unwrap_or_default();
        if round == 10.min(count - 1) {
            descriptors = proc::descriptors(case.daemon.pid()).len();
            memory = resident(&case);
        }
    }
    assert_eq!(proc::descriptors(case.daemon.pid()).len(), descriptors);
    let grown = resident(&case).saturating_sub(memory);
    assert!(grown < 1024, "{grown} kB more");
    let lived = began.elapsed();
    case.daemon.signal(Signal::SIGUSR1);
    case.daemon.wait_log("  next due ", 1);
    let log = case.daemon.log();
    let row = |name: &str| log.split_once(&format!("  {name:<20} ")).and_then(|(_, row)| row.lines().next());
    assert_eq!(row("restarts"), Some(count.to_string().as_str()));
    assert!(row("iterations").and_then(|row| row.parse().ok()) >= Some(last), "{last}: {log}");
    let uptime = row("uptime").and_then(|row| duration::parse(row).ok()).expect("an uptime");
    assert!(uptime <= began.elapsed() && uptime > lived / 2, "{uptime:?} of {lived:?}");
    case.stop();
    let (p50, p99, max) = spread(times);
    figure(
        "fault_062",
        &format!(
            "{count} restarts: each took over what was handed over, {last} at the end; {descriptors} descriptors, memory +{grown} kB; HUP to started p50 {p50:?} p99 {p99:?} max {max:?}"
        ),
    );
}

fn resident(case: &Case) -> u64 {
    proc::status(case.daemon.pid(), "VmRSS").trim_end_matches(" kB").parse().unwrap_or(0)
}

/// A new program whose state is another type, and one whose state has the same name and other fields.
#[test]
fn fault_066_another_state_is_a_cold_start() {
    let place = Place::new();
    let program = place.file("program");
    replace(DAEMON, &program);
    let mut case = Case::start(&program, &[]);
    replace(NEXT, &program);
    let log = case.restart();
    let why = "not used, a cold start: it is a `handover_daemon::State`, and a `handover_next::handover_daemon::State`";
    assert!(log.contains(why) && log.contains("began anew"), "{log}");
    let log = case.restart();
    assert!(log.contains("took over") && !log.contains(COLD), "the new program goes on with its own: {log}");
    case.behave("schema");
    let log = case.restart();
    assert!(log.contains("a cold start: it does not read as a") && log.contains("began anew"), "{log}");
    case.stop();
}

/// A daemon whose program has been replaced by one that damages what is handed over and then becomes the daemon, and the
/// file that says how.
fn mangled(place: &Place) -> (Case, PathBuf) {
    let (program, order) = (place.file("program"), place.file("mangle"));
    replace(DAEMON, &program);
    let case = Case::start(&program, &[("MANGLED", Path::new(DAEMON)), ("MANGLE", &order)]);
    replace(MANGLER, &program);
    (case, order)
}

/// Bits of the state are flipped, and ends of it cut off, on the way from image to image.
#[test]
fn fault_066_a_state_damaged_on_the_way_is_a_cold_start() {
    let place = Place::new();
    let (mut case, order) = mangled(&place);
    let (count, mut chance) = (rounds(1000), Chance::fresh());
    for round in 0..count {
        let how = ["state flip", "state cut"][round % 2];
        fs::write(&order, format!("{how} {}", chance.next() >> 16)).expect("written");
        let log = case.restart();
        assert!(log.contains("warn: the state that was handed over is not used, a cold start: "), "{how}: {log}");
        assert!(log.contains("began anew") && log.contains("started again"), "{how}: {log}");
        assert!(!log.contains("panic") && !log.contains("failed"), "{how}: {log}");
    }
    fs::write(&order, "").expect("written");
    let log = case.restart();
    assert!(log.contains("took over") && !log.contains(COLD), "whole again: {log}");
    case.stop();
    figure("fault_066", &format!("{count} of {count} damaged states: a cold start with a warning"));
}

/// The same with the framework's own part: all of it is a cold start, the lock is held throughout, and the daemon is still
/// one that restarts when it is told to.
#[test]
fn fault_066_lines_damaged_on_the_way_are_a_cold_start() {
    let (count, mut chance) = (rounds(200), Chance::fresh());
    for round in 0..count {
        let place = Place::new();
        let (mut case, order) = mangled(&place);
        let how = ["lines flip", "lines cut"][round % 2];
        fs::write(&order, format!("{how} {}", chance.next() >> 16)).expect("written");
        let log = case.restart();
        assert!(log.contains("warn: what the old image handed over can not be read: a cold start"), "{how}: {log}");
        assert!(log.contains("began anew") && !log.contains("panic") && !log.contains("failed"), "{how}: {log}");
        assert_eq!(daemon_tests::holder(&case.place.lock()), Some(case.daemon.pid().cast_signed()));
        let log = case.restart();
        assert!(log.contains("took over") && !log.contains(COLD), "it restarts as ever: {log}");
        case.stop();
    }
    figure("fault_066", &format!("{count} of {count} damaged handovers: a cold start with a warning, the lock held"));
}

/// Large is carried, too large is refused, and what was carried is not kept in memory.
#[test]
fn fault_062_a_state_is_carried_up_to_its_limit() {
    let mut case = Case::start(Path::new(DAEMON), &[]);
    let small = resident(&case);
    case.behave(&(60 << 10).to_string());
    let asked = Instant::now();
    let log = case.restart();
    let took = asked.elapsed();
    assert!(log.contains("took over") && !log.contains(COLD), "{log}");
    let grown = resident(&case).saturating_sub(small);
    assert!(grown < 2048, "{grown} kB are kept of 60 MiB");
    case.behave(&(65 << 10).to_string());
    let log = case.restart();
    assert!(log.contains("not handed over: it takes more than 64 MiB: hand over less"), "{log}");
    assert!(log.contains("began anew"), "{log}");
    case.stop();
    figure("fault_062", &format!("60 MiB: HUP to started {took:?} in a debug build, memory +{grown} kB afterwards"));
}

/// The limit of files counts for memory too, and the kernel would end the process by a signal.
#[test]
fn fault_062_a_limit_of_the_machine_costs_the_state_and_no_more() {
    let mut command = Command::new("prlimit");
    command.arg("--fsize=1000000").arg(DAEMON);
    let mut case = Case::spawn(command, &[]);
    case.behave("2000");
    let log = case.restart();
    assert!(log.contains("warn: the state is not handed over: file too large"), "{log}");
    assert!(log.contains("began anew"), "{log}");
    case.behave("");
    assert!(case.restart().contains("took over"));
    case.stop();
}

#[test]
fn fault_101_a_handover_that_panics_is_a_cold_start() {
    let mut case = Case::start(Path::new(DAEMON), &[]);
    case.behave("panic");
    let log = case.restart();
    assert!(log.contains("error: the state is not handed over: panicked at "), "{log}");
    assert!(log.contains("told to panic") && log.contains("began anew"), "{log}");
    case.behave("");
    assert!(case.restart().contains("took over"));
    case.stop();
}
