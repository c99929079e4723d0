//! Faults between a daemon and its init system: the order of messages, and a line that is stale, full, or nobody's.
//!
//! The init system is a socket of the test's own here; `systemd.rs` has a real one.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use daemon_tests::{Child, Listener, Place, alone, figure, holder, rounds, wait_until};
use nix::sys::signal::Signal;
use nix::time::{ClockId, clock_gettime};

const DAEMON: &str = env!("CARGO_BIN_EXE_notify_daemon");

const READY: &str = "READY=1\nSTATUS=started\n";
const READY_AGAIN: &str = "READY=1\nSTATUS=started again\n";
const STOPPING: &str = "STOPPING=1\nSTATUS=stopping: SIGTERM\n";

/// The daemon, told to notify the socket of this name.
fn daemon(program: &Path, place: &Place, socket: &std::ffi::OsStr) -> Command {
    let mut command = Command::new(program);
    alone(&mut command)
        .arg("--lock")
        .arg(place.lock())
        .env("PLACE", place.path())
        .env("NOTIFY_SOCKET", socket)
        .env_remove("WATCHDOG_USEC")
        .env_remove("WATCHDOG_PID");
    command
}

/// Sees the daemon wait at `stage`, and lets it go when `look` is done.
fn at_stage(place: &Place, stage: &str, look: impl FnOnce()) {
    wait_until(stage, || place.file(&format!("at-{stage}")).exists());
    look();
    fs::write(place.file(&format!("go-{stage}")), "").expect("written");
}

/// Ready means that everything is: lock, plugins, setup and init hooks. Stopping is told before the last words.
#[test]
fn fault_008_ready_comes_when_everything_is_and_stopping_at_once() {
    for abstract_name in [false, true] {
        let place = Place::new();
        let listener = if abstract_name { Listener::nameless() } else { Listener::at(&place.file("notify")) };
        let mut command = daemon(Path::new(DAEMON), &place, listener.name());
        command.args(["--hold", "plugin,setup,init,shutdown"]);
        let mut child = Child::spawn(command);
        for stage in ["plugin", "setup", "init"] {
            at_stage(&place, stage, || {
                assert_eq!(holder(&place.lock()), Some(child.pid().cast_signed()), "{stage}: the lock is held");
                assert_eq!(listener.waiting(), [""; 0], "{stage}");
            });
        }
        assert_eq!(listener.next(), READY);
        child.wait_started();
        child.signal(Signal::SIGTERM);
        at_stage(&place, "shutdown", || assert_eq!(listener.next_state(), STOPPING));
        child.wait().expect_code(0);
        assert_eq!(listener.waiting(), [""; 0], "nothing after the end");
    }
}

/// Nobody listens, or nobody ever did: that is no error, and it is noted once and only in the verbose log.
#[test]
fn fault_008_a_line_that_leads_nowhere_is_no_error() {
    let place = Place::new();
    let stale = place.file("stale");
    drop(Listener::at(&stale));
    assert!(stale.exists(), "the path outlives its owner");
    let missing = place.file("missing");
    for socket in
        [stale.as_os_str(), missing.as_os_str(), "@daemon-tests-nobody".as_ref(), "nonsense".as_ref(), "".as_ref()]
    {
        let mut command = daemon(Path::new(DAEMON), &place, socket);
        command.env("WATCHDOG_USEC", "20000").arg("-v");
        let mut child = Child::spawn(command);
        child.wait_for("ticked 100");
        let ended = child.stop();
        ended.expect_code(0);
        let noted = ended.count("debug: the init system can not be told anything");
        assert_eq!((noted, ended.count("init system")), (1, 1), "{socket:?}: {ended:#?}");
    }
}

/// The queue is full when the daemon starts: it starts and ticks all the same, and the word is not lost.
#[test]
fn fault_008_a_full_queue_stops_nothing_and_loses_nothing() {
    let (count, mut slowest) = (rounds(100), Duration::ZERO);
    for round in 0..count {
        let place = Place::new();
        let listener = Listener::at(&place.file("notify"));
        listener.fill();
        let begun = Instant::now();
        let mut child = Child::spawn(daemon(Path::new(DAEMON), &place, listener.name()));
        child.wait_started();
        slowest = slowest.max(begun.elapsed());
        child.wait_for("ticked 100");
        // Now somebody reads. Nothing else happens in the daemon that would be told.
        assert_eq!(listener.next(), READY, "round {round}");
        listener.fill();
        child.stop().expect_code(0);
        let told = listener.waiting();
        assert!(
            !told.iter().any(|message| message == STOPPING),
            "there was no room for it, and nobody waited: {told:?}"
        );
    }
    figure(
        "fault_008",
        &format!("full queue: started, ticked and told later in {count} of {count} rounds, slowest start {slowest:?}"),
    );
}

/// Whoever listens is replaced by another, as when an init system starts itself again: what matters comes through.
#[test]
fn fault_008_a_new_owner_of_the_socket_hears_what_it_missed() {
    let (place, socket) = (Place::new(), Place::new().file("notify"));
    fs::create_dir(socket.parent().expect("a directory")).expect("made");
    let listener = Listener::at(&socket);
    let mut command = daemon(Path::new(DAEMON), &place, socket.as_os_str());
    command.env("WATCHDOG_USEC", "200000");
    let mut child = Child::spawn(command);
    assert_eq!(listener.next(), READY);
    drop(listener);
    fs::remove_file(&socket).expect("removed");
    child.signal(Signal::SIGHUP);
    child.wait_for("started again");
    let listener = Listener::at(&socket);
    assert_eq!(listener.next_state(), READY_AGAIN);
    listener.next_beat();
    child.signal(Signal::SIGTERM);
    assert_eq!(listener.next_state(), STOPPING);
    child.wait().expect_code(0);
    fs::remove_dir_all(socket.parent().expect("a directory")).expect("removed");
}

/// The loop itself says that it lives: while it waits, and not while a hook hangs.
#[test]
fn fault_008_a_hook_that_hangs_is_silent_and_an_idle_loop_is_not() {
    let (place, watchdog) = (Place::new(), Duration::from_millis(100));
    let listener = Listener::nameless();
    let mut command = daemon(Path::new(DAEMON), &place, listener.name());
    command.env("WATCHDOG_USEC", watchdog.as_micros().to_string()).args(["--interval", "1h", "--hold", "hook"]);
    let mut child = Child::spawn(command);
    assert_eq!(listener.next(), READY);
    child.wait_started();
    let begun = Instant::now();
    let count = rounds(200);
    (0..count).for_each(|_| listener.next_beat());
    let often = begun.elapsed() / u32::try_from(count).expect("a small number");
    for round in 0..rounds(20) {
        child.signal(Signal::SIGUSR2);
        at_stage(&place, "hook", || {
            let _before = listener.waiting();
            // Nothing tells of something that does not happen: this can pass too early, but never fail wrongly.
            std::thread::sleep(watchdog * 3);
            assert_eq!(listener.waiting(), [""; 0], "round {round}: it hangs");
        });
        listener.next_beat();
        fs::remove_file(place.file("at-hook")).expect("removed");
        fs::remove_file(place.file("go-hook")).expect("removed");
    }
    child.stop().expect_code(0);
    figure(
        "fault_008",
        &format!(
            "watchdog of {watchdog:?}: {count} signs of life while idle, one in {often:?}; 0 in {} hangs",
            rounds(20)
        ),
    );
}

/// The variables speak of another process: it is not for us to answer.
#[test]
fn fault_008_a_watchdog_for_another_process_is_not_ours() {
    let (place, listener) = (Place::new(), Listener::nameless());
    let mut command = daemon(Path::new(DAEMON), &place, listener.name());
    command.env("WATCHDOG_USEC", "20000").env("WATCHDOG_PID", "1");
    let mut child = Child::spawn(command);
    child.wait_for("ticked 100");
    child.stop().expect_code(0);
    let told = listener.waiting();
    assert_eq!((told.first().map(String::as_str), told.last().map(String::as_str)), (Some(READY), Some(STOPPING)));
    assert!(!told.iter().any(|message| message.starts_with("WATCHDOG")), "{told:?}");
}

/// Neither what a hook starts nor a trial start knows of the line; the image after a restart does.
#[test]
fn fault_008_no_child_knows_of_the_line() {
    let (place, listener) = (Place::new(), Listener::nameless());
    let mut command = daemon(Path::new(DAEMON), &place, listener.name());
    command.env("WATCHDOG_USEC", "60000000");
    let mut child = Child::spawn(command);
    assert_eq!(listener.next(), READY);
    for restarts in 0..2 {
        child.wait_for(if restarts == 0 { " started, " } else { "started again" });
        child.signal(Signal::SIGALRM);
        child.wait_for("a child has no more");
        if restarts == 0 {
            child.signal(Signal::SIGHUP);
            assert!(listener.next_state().starts_with("RELOADING=1\n"));
            assert_eq!(listener.next_state(), READY_AGAIN);
        }
    }
    let trial = String::from_utf8_lossy(&fs::read(place.file("trial")).expect("a trial took place")).into_owned();
    assert!(trial.contains("PLACE=") && trial.contains("DAEMON_CORE_ROLE=preflight"), "{trial:?}");
    assert!(!trial.contains("NOTIFY_SOCKET") && !trial.contains("WATCHDOG"), "{trial:?}");
    let ended = child.stop();
    ended.expect_code(0);
    assert_eq!(ended.count("a child has PLACE="), 2, "it looked: {ended:#?}");
    assert_eq!(ended.count("a child has NOTIFY_") + ended.count("a child has WATCHDOG_"), 0, "{ended:#?}");
}

fn monotonic_micros() -> u128 {
    Duration::from(clock_gettime(ClockId::CLOCK_MONOTONIC).expect("a clock")).as_micros()
}

/// When the restart was told to begin, by the clock of the message.
fn reloading_since(message: &str) -> u128 {
    let micros = message
        .strip_prefix("RELOADING=1\nMONOTONIC_USEC=")
        .and_then(|rest| rest.strip_suffix("\nSTATUS=restarting\n"));
    micros.and_then(|micros| micros.parse().ok()).unwrap_or_else(|| panic!("another message: {message:?}"))
}

/// Restarted again and again, the service is one and the same to the init system.
#[test]
fn fault_065_a_restart_is_a_reload_and_never_a_stop() {
    let (place, listener, count) = (Place::new(), Listener::nameless(), rounds(1000));
    let mut command = daemon(Path::new(DAEMON), &place, listener.name());
    command.env("WATCHDOG_USEC", "1000000");
    let mut child = Child::spawn(command);
    assert_eq!(listener.next_state(), READY);
    for round in 0..count {
        let before = monotonic_micros();
        child.signal(Signal::SIGHUP);
        let since = reloading_since(&listener.next_state());
        assert_eq!(listener.next_state(), READY_AGAIN, "round {round}");
        assert!((before..=monotonic_micros()).contains(&since), "round {round}: {since} is not since {before}");
        // No message names another process, so it is this one all the time.
        child.wait_for(&format!("{} daemon notify", child.pid()));
    }
    child.signal(Signal::SIGTERM);
    assert_eq!(listener.next_state(), STOPPING);
    child.wait().expect_code(0);
    figure("fault_065", &format!("{count} of {count} restarts: RELOADING, then READY, nothing else, one process"));
}

/// A program that does not work is found out by the trial: to the init system nothing has happened.
#[test]
fn fault_065_a_failed_trial_is_not_told() {
    let (place, listener) = (Place::new(), Listener::nameless());
    let program = place.file("program");
    fs::copy(DAEMON, &program).expect("copied");
    let mut child = Child::spawn(daemon(&program, &place, listener.name()));
    assert_eq!(listener.next(), READY);
    fs::remove_file(&program).expect("removed");
    child.signal(Signal::SIGHUP);
    child.wait_for("no restart, going on as before");
    child.signal(Signal::SIGTERM);
    assert_eq!(listener.next_state(), STOPPING);
    child.wait().expect_code(0);
}
