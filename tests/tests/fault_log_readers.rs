//! Standard output and error that nobody reads, because they are closed, because the reader has gone, or because it
//! sleeps: faults 90 and 91.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use daemon_tests::loose::{Loose, number, wait_grown, wait_until};
use daemon_tests::record::{Line, arrived, lost};
use daemon_tests::{Place, figure, rounds};
use nix::sys::signal::Signal;

const WRITER: &str = env!("CARGO_BIN_EXE_log_writer");

fn writer(place: &Place, arguments: &[&str]) -> Command {
    let mut command = Command::new(WRITER);
    command.args(["--interval", "100us"]).args(arguments).env("COUNTER", place.file("counter"));
    command
}

/// The program started with descriptors 1 and 2 closed.
fn closed(arguments: &[&str], place: &Place) -> i32 {
    let mut command = Command::new("/bin/sh");
    command
        .args(["-c", "exec \"$@\" >&- 2>&-", "sh", WRITER])
        .args(arguments)
        .env("COUNTER", place.file("counter"))
        .env("RECORDS", "20");
    Loose::spawn(command).wait()
}

/// Fault 90: started with standard output and error closed: no panic, right codes, and neither number is given to a file
/// of ours.
#[test]
fn fault_090_closed_output_is_no_panic() {
    let place = Place::new();
    let log = place.file("log").display().to_string();
    for (arguments, code) in [
        (&[][..], 0),
        (&["-v"], 0),
        (&["--log", &log, "-v"], 0),
        (&["-H"], 0),
        (&["-i"], 0),
        (&["--version"], 0),
        (&["--unknown"], 64),
        (&["--lock", "/proc/nowhere/x.lock"], 73),
    ] {
        assert_eq!(closed(arguments, &place), code, "{arguments:?}");
    }
    assert_eq!(arrived(&Line::read(Path::new(&log))).len(), 20);
}

/// Fault 90: whoever read standard output and error has gone: no panic, right codes.
#[test]
fn fault_090_a_reader_that_left_is_no_panic() {
    let place = Place::new();
    for (arguments, code) in [(&[][..], 0), (&["-v"], 0), (&["-H"], 0), (&["-i"], 0), (&["--unknown"], 64)] {
        let (reader, ours) = std::io::pipe().expect("a pipe");
        drop(reader);
        let mut command = writer(&place, arguments);
        command.env("RECORDS", "20").stderr(ours.try_clone().expect("a second hold")).stdout(ours);
        assert_eq!(Loose::spawn(command).wait(), code, "{arguments:?}");
    }
}

/// A daemon that has ticked for long while nobody read its standard output, and that output.
fn unread(place: &Place, arguments: &[&str]) -> (Loose, ChildStdout) {
    let mut command = writer(place, arguments);
    command.env("SIZE", "200").stdout(Stdio::piped());
    let mut child = Loose::spawn(command);
    let pipe = child.take_output().expect("a pipe");
    // A pipe takes 64 kB, the daemon keeps as much again: of these 3,000 records most are lost.
    wait_grown(&place.file("counter"), 3000);
    (child, pipe)
}

/// Checks that every record of a daemon that has ended was read, or told as lost.
fn assert_all_told(place: &Place, text: &str, records_a_tick: u64) -> String {
    assert!(text.ends_with('\n'), "the last line is torn");
    let lines: Vec<Line> = text.lines().map(|line| Line::parse(line).expect("a whole line")).collect();
    let reports = lines.iter().filter(|line| line.message.contains(" lost: ")).count();
    let (told, got) = (lost(&lines), (lines.len() - reports) as u64);
    let ticks = number(&place.file("counter"));
    assert!(told > 0 && arrived(&lines).contains(&0), "nothing was lost, or the first record");
    let all = records_a_tick * ticks + number(&place.file("counter.framework"));
    assert_eq!(got + told, all, "read + told as lost = written");
    format!("{ticks} ticks, {got} records read, {told} told as lost")
}

/// Fault 91: nobody reads standard output. The daemon keeps ticking; when the reader comes back it gets what was kept,
/// in order, and is told exactly how much was lost.
#[test]
fn fault_091_a_stopped_reader_does_not_stop_the_daemon() {
    for (arguments, records) in [(&[][..], 1), (&["-v"], 2)] {
        let place = Place::new();
        let (child, mut pipe) = unread(&place, arguments);
        let reader = std::thread::spawn(move || {
            let mut text = String::new();
            pipe.read_to_string(&mut text).map(|_| text)
        });
        // A thousand more, for which the reader is awake.
        wait_grown(&place.file("counter"), 1000);
        child.signal(Signal::SIGTERM);
        assert_eq!(child.wait(), 0);
        let text = reader.join().expect("the reader").expect("ASCII");
        let told = assert_all_told(&place, &text, records);
        figure("fault_091", &format!("{arguments:?}: {told}"));
    }
}

/// Waits until the daemon has been through its last hook.
fn wait_last_hook(place: &Place) {
    let told = place.file("counter.framework");
    wait_until("the shutdown hook has run", || number(&told) > 0);
}

/// Fault 91: the reader wakes when the daemon has come to its end, and does not read all at once: it gets all that was
/// kept for it, in whole lines, and what is not there was told.
#[test]
fn fault_091_a_reader_that_wakes_at_the_end_gets_what_was_kept() {
    for _ in 0..rounds(100) {
        let place = Place::new();
        let (child, mut pipe) = unread(&place, &[]);
        child.signal(Signal::SIGTERM);
        wait_last_hook(&place);
        let mut text = vec![0; 4096];
        pipe.read_exact(&mut text).expect("a page");
        // Room for one page: time enough for the daemon to fill it, and little of what it gives a slow reader.
        std::thread::sleep(Duration::from_millis(5));
        pipe.read_to_end(&mut text).expect("the rest");
        assert_eq!(child.wait(), 0);
        let _ = assert_all_told(&place, &String::from_utf8(text).expect("ASCII"), 1);
    }
}

/// Fault 91: the stop of a daemon whose reader is stuck ends, and at once when it is asked for a second time.
#[test]
fn fault_091_a_stuck_reader_does_not_keep_the_daemon_alive() {
    for signals in [1, 2] {
        let place = Place::new();
        let (child, _stuck) = unread(&place, &[]);
        child.signal(Signal::SIGTERM);
        wait_last_hook(&place);
        let asked = Instant::now();
        (1..signals).for_each(|_| child.signal(Signal::SIGTERM));
        assert_eq!(child.wait(), 0);
        let took = asked.elapsed();
        figure("fault_091", &format!("stop with a stuck reader, {signals} TERM: {took:.1?}"));
    }
}

/// What the framework prints goes through its log, whose targets never panic: nothing in it uses the macros that do, or
/// ends the process from the middle.
#[test]
fn fault_090_the_core_prints_nothing_by_itself() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../daemon-core/src");
    let mut folders = vec![source];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("the sources").flatten() {
            let path = entry.path();
            match path.extension() {
                _ if path.is_dir() => folders.push(path),
                Some(ending) if ending == "rs" && !path.ends_with("tests.rs") => {
                    files += 1;
                    assert_quiet(&path);
                }
                _ => {}
            }
        }
    }
    assert!(files > 20, "only {files} files found");
}

/// Fails if the file prints, apart from comments and its tests, which stand at its end.
fn assert_quiet(path: &Path) {
    let text = fs::read_to_string(path).expect("a source file");
    let code = text.split("#[cfg(test)]\nmod tests {").next().expect("some code");
    for (number, line) in code.lines().enumerate() {
        let line = line.split("//").next().unwrap_or_default();
        for word in ["println!", "eprintln!", "print!", "eprint!", "dbg!", "process::exit", "process::abort"] {
            assert!(!line.contains(word), "{}:{}: {word}", path.display(), number + 1);
        }
    }
}
