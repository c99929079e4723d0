//! What stands in a log: whole records of several writers, hostile messages, records made where a log is easily caught
//! in itself.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use daemon_tests::hostile::Hostile;
use daemon_tests::record::{Line, sample, sample_number, whole};
use daemon_tests::{Child, Place, figure, rounds};

/// Fault 94: four processes append to one log, short records and such as are longer than a line. No record is torn, and
/// each long one is put together again by its marks.
#[test]
fn fault_094_four_writers_tear_nothing() {
    for (size, records) in [(120, rounds(80_000) / 4), (12_000, rounds(20_000) / 4)] {
        let place = Place::new();
        let log = place.file("log");
        let writer = |_| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_log_writer"));
            command.arg("--log").arg(&log);
            command.env("SIZE", size.to_string()).env("RECORDS", records.to_string());
            Child::spawn(command)
        };
        let children: Vec<Child> = (0..4).map(writer).collect();
        children.into_iter().for_each(|child| assert_eq!(child.wait().code, Some(0)));
        let lines = Line::read(&log);
        let marks = lines.iter().filter(|line| line.continues).count();
        let mut next = BTreeMap::new();
        for record in whole(lines).iter().filter(|record| record.label == "log_writer") {
            let number = next.entry(record.pid).or_insert(0);
            assert_eq!(record.message, sample(*number, size), "of {}", record.pid);
            *number += 1;
        }
        assert_eq!(next.values().copied().collect::<Vec<u64>>(), [records as u64; 4]);
        // 12,000 bytes take three lines, each with its own prefix.
        assert_eq!(marks, if size > 4096 { 4 * records * 2 } else { 0 });
        figure("fault_094", &format!("4 processes, {} records of {size} bytes, torn 0", 4 * records));
    }
}

/// Fault 96: random and hostile messages and labels. Each record is one physical line, or one and its marked
/// continuations; there is no control character in the file, and no record that we did not write.
#[test]
fn fault_096_hostile_messages_forge_nothing() {
    let place = Place::new();
    let log = place.file("log");
    let count = rounds(1_000_000);
    let mut command = Command::new(env!("CARGO_BIN_EXE_log_hostile"));
    command.arg("--log").arg(&log);
    command.env("SEED", "20").env("RECORDS", count.to_string());
    let child = Child::spawn(command);
    let pid = child.pid();
    child.wait().expect_code(0);
    let mut hostile = Hostile::new(20);
    let mut ours = Line::read(&log).into_iter();
    let start = ours.next().expect("a first line");
    assert!(start.message.contains(" started, "), "{start:?}");
    let (mut number, mut longest) = (0, 0);
    for record in whole(ours.collect()) {
        assert_eq!(record.pid, pid, "{record:?}");
        let (text, level, label) = (hostile.message(), hostile.level(), hostile.label());
        assert_eq!(record.message, cleaned(&format!("<{number}> {text}"), level), "record {number}, label {label:?}");
        longest = longest.max(record.message.len());
        number += 1;
    }
    assert_eq!(number, count);
    figure("fault_096", &format!("{count} hostile records, the longest of {longest} bytes, forged 0"));
}

/// What a message must look like in the log: this says it again in its own way.
fn cleaned(text: &str, level: log::Level) -> String {
    let mut out = match level {
        log::Level::Error => "error: ".to_owned(),
        log::Level::Warn => "warn: ".to_owned(),
        _ => String::new(),
    };
    let most = 256 * 1024;
    let cut = (0..=most.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let kept = &text[..cut];
    for character in kept.chars() {
        let number = u32::from(character);
        match number {
            0x0A => out += "\\n",
            0x0D => out += "\\r",
            0x09 => out += "\\t",
            0..0x20 | 0x7F..0xA0 => out += &format!("\\u{{{number:x}}}"),
            0x61C | 0x200E | 0x200F | 0x2028..=0x202E | 0x2066..=0x2069 => out += &format!("\\u{{{number:x}}}"),
            _ => out.push(character),
        }
    }
    if kept.len() < text.len() {
        out += &format!(" [{} bytes cut]", text.len() - kept.len());
    }
    out
}

/// Fault 97: a `Display` that logs, one that panics, one that fails, a `Drop` and a panic hook that log, a thread's
/// storage that logs when the thread ends. Nothing hangs, and all of it arrives.
#[test]
fn fault_097_logging_from_within_logging() {
    let place = Place::new();
    let log = place.file("log");
    for (arguments, logged) in [(&["--log"][..], true), (&["-v", "--log"], true), (&[], false)] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_log_nested"));
        command.args(arguments);
        if logged {
            command.arg(&log);
        }
        let ended = Child::spawn(command).wait();
        ended.expect_code(0);
        let lines = if logged {
            Line::read(&log)
        } else {
            ended.lines.iter().map(|line| Line::parse(line).expect("a line")).collect()
        };
        let count = |text: &str| lines.iter().filter(|line| line.message.contains(text)).count();
        let rounds = lines.iter().filter(|line| line.message.contains(" started, ")).count();
        for (text, times) in [
            ("said two deep", 4),
            ("said while formatting: deeper", 2),
            ("talks: formatted", 1),
            ("broken: true", 2),
            ("refused: true", 1),
            ("said in a panic hook: ", 2),
            ("said again in a panic hook: deeper", 2),
            ("broke while formatting", 1),
            ("said in a thread", 1),
            ("thread broken: true", 1),
            ("said while the state goes: formatted", 1),
            ("said while dropping", 3),
        ] {
            assert_eq!(count(text), times * rounds, "{text}: {lines:#?}");
        }
    }
    figure("fault_097", "12 kinds of nested records on file, stdout and both: hangs 0, lost 0");
}

/// The file's name is a strftime pattern, and the file is the one of today.
#[test]
fn the_log_file_is_named_by_a_pattern() {
    let place = Place::new();
    let mut command = Command::new(env!("CARGO_BIN_EXE_log_writer"));
    command.arg("--log").arg(place.file("log-%Y-%%-%j.txt")).env("RECORDS", "3");
    Child::spawn(command).wait().expect_code(0);
    let files: Vec<_> = std::fs::read_dir(place.path()).expect("the directory").flatten().collect();
    let [file] = &files[..] else { panic!("one file, not {files:?}") };
    let lines = Line::read(&file.path());
    let year = &lines[0].stamp[..4];
    let name = file.file_name().into_string().expect("a name");
    let day = name.strip_prefix(&format!("log-{year}-%-")).and_then(|rest| rest.strip_suffix(".txt"));
    assert!(day.is_some_and(|day| (1..=366).contains(&day.parse::<u16>().unwrap_or(0))), "{name}");
}

fn write(log: &Path, arguments: &[&str]) -> daemon_tests::Ended {
    let mut command = Command::new(env!("CARGO_BIN_EXE_log_writer"));
    command.arg("--log").arg(log).args(arguments).env("RECORDS", "20");
    Child::spawn(command).wait()
}

/// The file can not be written: the log goes to standard output instead, with one warning, and the daemon runs.
#[test]
fn an_unwritable_log_falls_back_to_standard_output() {
    for log in ["/proc/nowhere/log", "/", "/dev/null/log"] {
        let ended = write(Path::new(log), &[]);
        ended.expect_code(0);
        let warning = format!("warn: can not write to the log {log}: ");
        assert_eq!(ended.count(&warning), 1, "{ended:#?}");
        assert_eq!(ended.count("warn: "), 1, "{ended:#?}");
        let samples = ended.lines.iter().filter_map(|line| sample_number(&Line::parse(line)?.message)).count();
        assert_eq!(samples, 20, "{ended:#?}");
    }
}

/// `-v` shows the very lines of the file on standard output, debug messages included; without it nothing is shown, and
/// debug messages are nowhere.
#[test]
fn verbose_echoes_the_log_line_by_line() {
    let place = Place::new();
    let (quiet, verbose) = (place.file("quiet"), place.file("verbose"));
    let ended = write(&verbose, &["-v"]);
    let text = std::fs::read_to_string(&verbose).expect("the log");
    assert_eq!(ended.lines, text.lines().collect::<Vec<_>>());
    assert_eq!(ended.count("debug: debug "), 20);
    let ended = write(&quiet, &[]);
    assert_eq!((ended.lines.len(), ended.errors.as_str()), (0, ""));
    let text = std::fs::read_to_string(&quiet).expect("the log");
    assert_eq!((text.matches(" end").count(), text.matches("debug").count()), (20, 0));
    let ended = write(&quiet, &["--verbose"]);
    assert_eq!(ended.count("debug: debug "), 20);
}

/// An instance that does not get the lock writes nothing into the log of the one that has it, and says why on standard
/// error.
#[test]
fn the_loser_of_the_lock_leaves_the_winners_log_alone() {
    let place = Place::new();
    let (log, lock) = (place.file("log"), place.lock());
    let mut command = Command::new(env!("CARGO_BIN_EXE_log_writer"));
    command.args(["--interval", "1h", "-v", "--log"]).arg(&log).arg("--lock").arg(&lock);
    let mut winner = Child::spawn(command);
    winner.wait_for(" end");
    winner.wait_for(" debug 0");
    let before = std::fs::read(&log).expect("the log");
    for arguments in [&[][..], &["-v"]] {
        let lock = lock.display().to_string();
        let loser = write(&log, &[arguments, &["--lock", &lock]].concat());
        loser.expect_code(75);
        assert!(loser.errors.contains("already running"), "{loser:#?}");
    }
    assert_eq!(std::fs::read(&log).expect("the log"), before);
    winner.stop().expect_code(0);
}
