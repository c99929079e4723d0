//! The command line: whatever is wrong with it is answered with 64 and what to write instead, and leaves nothing behind:
//! faults 111 and 115.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::path::Path;
use std::process::Command;

use daemon_tests::hostile::Hostile;
use daemon_tests::{Child, Ended, Place, each, figure, rounds};

const PROBE: &str = env!("CARGO_BIN_EXE_cli_probe");

/// Runs the probe in an empty directory of its own, in which its lock and log would be.
fn probe(place: &Place, arguments: impl IntoIterator<Item = OsString>) -> Ended {
    let mut command = Command::new(PROBE);
    command.current_dir(place.path()).args(arguments);
    Child::spawn(command).wait()
}

/// The paths at which a start leaves something.
fn traced(place: &Place) -> Vec<OsString> {
    let path = |flag: &str, file: &str| [OsString::from(flag), place.file(file).into()];
    path("--lock", "lock").into_iter().chain(path("--log", "log")).collect()
}

fn assert_untouched(place: &Place) {
    let left: Vec<_> = fs::read_dir(place.path()).expect("the directory").flatten().collect();
    assert!(left.is_empty(), "left behind: {left:?}");
}

/// Arguments that are wrong, and words that the answer must hold: the flag, the value, the advice.
const WRONG: &[(&[&str], &[&str])] = &[
    (&["--intervall", "1s"], &["'--intervall'", "'--interval'"]),
    (&["--unknown"], &["'--unknown'"]),
    (&["-x"], &["'-x'"]),
    (&["surplus"], &["'surplus'"]),
    (&[""], &["''"]),
    (&["--", "x"], &["'x'"]),
    (&["--interval"], &["--interval", "DURATION"]),
    (&["--interval", ""], &["--interval", "\"\"", "write a number with its unit"]),
    (&["--interval", "5"], &["--interval", "\"5\"", "needs its unit"]),
    (&["--interval", "1.5 sx"], &["--interval", "\"1.5 sx\"", "did you mean `s`?"]),
    (&["--interval", "-1s"], &["--interval", "\"-1s\"", "expected a number"]),
    (&["--interval", "1s", "--interval", "2s"], &["--interval", "multiple times"]),
    (&["--lock", ""], &["--lock", "\"\"", "file, none, /absolute/path"]),
    (&["--lock", "flie"], &["--lock", "\"flie\"", "did you mean `file`?"]),
    (&["--lock", "a/b"], &["--lock", "\"a/b\"", "/absolute/path"]),
    (&["--missed", "skp"], &["--missed", "\"skp\"", "did you mean `skip`?"]),
    (&["--missed", "burst(-1)"], &["--missed", "\"burst(-1)\"", "burst(3)"]),
    (&["--missed", "burst(99999999999)"], &["--missed", "burst(3)"]),
    (&["--idle", "2"], &["--idle", "\"2\"", "from 0 to 1"]),
    (&["--idle", ""], &["--idle", "\"\"", "from 0 to 1"]),
    (&["--log", ""], &["--log", "\"\"", "name of a file"]),
    (&["--if-locked", "no"], &["--if-locked", "\"no\"", "exit or ok"]),
    (&["--if-locked="], &["--if-locked"]),
    (&["--max-load", "many"], &["--max-load", "\"many\"", "invalid digit"]),
    (&["--max-load", ""], &["--max-load", "\"\""]),
    (&["--once=yes"], &["--once", "yes"]),
];

/// Fault 111: unknown, missing, empty, repeated, bad values: 64, the answer names flag, value and advice on standard
/// error, nothing is on standard output, and nothing was created.
#[test]
fn fault_111_wrong_arguments_are_answered_with_advice() {
    let place = Place::new();
    let count = each(WRONG, |(arguments, words)| {
        let wrong = arguments.iter().map(OsString::from);
        let before = arguments.first() != Some(&"--lock") && arguments.first() != Some(&"--log");
        let extra = if before { traced(&place) } else { Vec::new() };
        let ended = probe(&place, extra.into_iter().chain(wrong));
        ended.expect_code(64);
        assert_eq!(ended.lines, [""; 0]);
        assert!(ended.errors.starts_with("cli-probe: "), "{}", ended.errors);
        for word in *words {
            assert!(ended.errors.contains(word), "no {word:?} in {}", ended.errors);
        }
        assert_untouched(&place);
    });
    figure("fault_111", &format!("{count} wrong command lines: 64 with advice, files left 0"));
}

/// Fault 111: arguments that are no text, in every position.
#[test]
fn fault_111_arguments_that_are_no_text() {
    let place = Place::new();
    let bad = |bytes: &[u8]| OsString::from_vec(bytes.to_vec());
    for arguments in [
        vec![bad(&[0xFF])],
        vec![bad(b"--\xFF")],
        vec![bad(b"--lock=/\xFF")],
        vec!["--lock".into(), bad(b"/tmp/\xFF")],
        vec!["--interval".into(), bad(b"1\xFFs")],
        vec!["--max-load".into(), bad(b"\xC3\x28")],
        vec![bad(b"-\xFFv")],
    ] {
        let ended = probe(&place, arguments.clone());
        assert_eq!(ended.code, Some(64), "{arguments:?}: {ended:#?}");
        assert_untouched(&place);
    }
}

/// Fault 111: a hundred thousand arguments, wrong ones and such as could be right.
#[test]
fn fault_111_very_many_arguments() {
    let place = Place::new();
    for (argument, code) in [("x", 64), ("-v", 64), ("--once", 64), ("--idle=0", 64), ("-H", 0)] {
        let ended = probe(&place, vec![OsString::from(argument); 100_000]);
        assert_eq!(ended.code, Some(code), "{argument}: {}", ended.errors);
        assert_untouched(&place);
    }
    let ended = probe(&place, ["--max-load".into(), "9".repeat(120_000).into()]);
    ended.expect_code(64);
}

/// Fault 111: random arguments made of flags, values and noise: an answer with a known code, never a panic or a signal.
#[test]
fn fault_111_random_arguments() {
    let words = [
        "--interval",
        "--lock",
        "--log",
        "--missed",
        "--idle",
        "--if-locked",
        "--max-load",
        "--once",
        "-v",
        "-H",
        "-i",
        "-V",
        "--",
        "-",
        "=",
        "1s",
        "0",
        "none",
        "/",
        "skip",
        "burst(3)",
        "burst(",
        "0.5",
        "ok",
        "exit",
        "",
        "--intervall",
    ];
    let place = Place::new();
    let mut random = Hostile::new(111);
    let count = rounds(10_000);
    for _ in 0..count {
        let mut arguments: Vec<String> =
            (0..random.below(5)).map(|_| words[random.below(words.len() as u64)].into()).collect();
        if random.below(3) == 0 {
            arguments.push(random.noise(20).replace('\0', ""));
        }
        // Whatever comes of it: at most one iteration, and no lock or log but in this directory.
        arguments.insert(0, "--once".into());
        let ended = probe(&place, arguments.iter().map(OsString::from));
        let known = ended.code.is_some_and(|code| [0, 64, 73, 75, 77].contains(&code));
        assert!(known && !ended.errors.contains("panicked"), "{arguments:?}: {ended:#?}");
    }
    figure("fault_111", &format!("{count} random command lines: panics 0, unknown codes 0"));
}

/// Fault 111: help by its three names, the version and the instructions: 0, on standard output, and nothing is created,
/// whatever else is on the line.
#[test]
fn fault_111_help_creates_nothing() {
    let place = Place::new();
    let words: [(&str, &[&str]); 6] = [
        ("-H", &["Probes the command line", "--interval <DURATION>", "--max-load <VALUE>", "Warn above this load"]),
        ("-h", &["Probes the command line"]),
        ("--help", &["Probes the command line"]),
        ("-V", &["cli-probe 0.1.0"]),
        ("--version", &["cli-probe 0.1.0"]),
        ("-i", &["* * * * * "]),
    ];
    for (argument, words) in words {
        let ended = probe(&place, traced(&place).into_iter().chain([argument.into()]));
        ended.expect_code(0);
        assert_eq!(ended.errors, "");
        words.iter().for_each(|word| assert!(ended.count(word) > 0, "{word} in {ended:#?}"));
        assert_untouched(&place);
    }
}

fn entries(folder: &str) -> Vec<OsString> {
    let mut names: Vec<OsString> =
        fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.file_name()).collect();
    names.sort();
    names
}

/// Fault 115: a name that leads elsewhere, or could mean something where it is written: 64 with what is wrong, and no
/// file anywhere: not where the name leads, not in the state directory, not in the working directory.
#[test]
fn fault_115_hostile_names_create_nothing() {
    let place = Place::new();
    let aim = format!("../{}/aim", place.path().display());
    let (long, run) = ("x".repeat(4096), entries("/"));
    let names = [
        "",
        "/",
        ".",
        "..",
        "../x",
        "a/b",
        "a/../b",
        &aim,
        "/etc/x",
        ".hidden",
        "-d",
        "--help",
        "_x",
        "@x",
        "a b",
        "a\nb",
        "a\tb",
        "a\rb",
        "\u{1b}[2J",
        "ä",
        "a\u{202e}b",
        "%h",
        "a%n",
        "$HOME",
        "$(id)",
        "`id`",
        "a;b",
        "a|b",
        "a&b",
        "a'b",
        "a\"b",
        "a\\b",
        "a*b",
        "a?b",
        "~",
        "a:b",
        "a,b",
        "a=b",
        "a#b",
        "a!b",
        "a(b",
        "a<b",
        &long,
        &long[..65],
    ];
    let count = each(names, |name| {
        for arguments in [&[][..], &["--once"], &["-i"], &["--lock", "file"]] {
            let mut command = Command::new(PROBE);
            command.current_dir(place.path()).args(arguments).env("NAME", name);
            let ended = Child::spawn(command).wait();
            ended.expect_code(64);
            assert!(ended.errors.contains("name "), "{ended:#?}");
            assert_untouched(&place);
        }
        let state = Path::new("/run").join(name.trim_start_matches('/'));
        let plain = !name.is_empty() && !name.contains("..") && !["/", "."].contains(name);
        assert!(!plain || !state.exists(), "{} was made", state.display());
    });
    assert_eq!(entries("/"), run);
    figure("fault_115", &format!("{count} names: 64, files outside the state directory 0"));
}

/// Fault 115: good names of all shapes are taken as they are; the lock is where the name says.
#[test]
fn fault_115_good_names_are_taken() {
    let place = Place::new();
    for name in ["a", "9x", "A-b_c.d@e", &"x".repeat(64)] {
        let mut command = Command::new(PROBE);
        command.args(["--once", "--lock"]).arg(place.lock()).env("NAME", name);
        let ended = Child::spawn(command).wait();
        ended.expect_code(0);
        assert_eq!(ended.count(&format!(" daemon {name} 0.1.0 started, ")), 1, "{ended:#?}");
    }
}

/// An option of the author's with the name of one of our flags, or of another option: said at every start, whatever the
/// arguments, in words of ours and not by a panic of the parser.
#[test]
fn an_option_with_the_name_of_a_flag_is_refused() {
    for (name, told) in
        [("help", "the framework has a flag"), ("pid_file", "the framework has a flag"), ("max_load", "twice")]
    {
        for arguments in [&[][..], &["--help"], &["-i"], &["--once"], &["--nonsense"]] {
            let mut command = Command::new(env!("CARGO_BIN_EXE_cli_probe"));
            command.env("OPTION", name).args(arguments);
            let ended = Child::spawn(command).wait();
            assert!(
                ended.errors.contains(told) && !ended.errors.contains("panicked"),
                "{name} {arguments:?}: {ended:#?}"
            );
            ended.expect_code(78);
        }
    }
}
