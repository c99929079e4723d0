//! The deployment by crontab, and regressions of the original's lock file.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::process::{Command, Stdio};

use daemon_tests::{Child, Place, figure, rounds};
use nix::sys::signal::Signal;

use crate::{holder, is_flocked, said, second, start_holder};

/// Fault: cron starts the daemon every minute although it runs already.
/// Required: with `--if-locked=ok` not a word, or cron would send a mail each minute, and 0; without it 75 and who has
/// the lock since when. Either way nothing of the winner is touched.
#[test]
fn crontab_a_second_start_is_silent_when_told_and_touches_nothing() {
    let place = Place::new();
    let (winner, _) = start_holder(&place, &[]);
    let text = fs::read_to_string(place.lock()).expect("the winner's file");
    let meta = || {
        let meta = fs::metadata(place.lock()).expect("the winner's file");
        (meta.ino(), meta.mtime(), meta.mtime_nsec(), meta.mode())
    };
    let before = meta();
    let since = text.lines().find_map(|line| line.strip_prefix("since ")).expect("since when");
    let full = rounds(200);
    for _ in 0..full {
        for arguments in [&["--if-locked=ok"][..], &["-d", "--if-locked=ok"]] {
            let silent = second(&place, arguments);
            silent.expect_code(0);
            assert_eq!(said(&silent).trim(), "", "cron would send a mail");
        }
        for arguments in [&[][..], &["--if-locked=exit"]] {
            let loud = second(&place, arguments);
            loud.expect_code(75);
            let wanted = format!("already running: pid {} since {since}", winner.pid());
            assert!(said(&loud).contains(&wanted), "{loud:#?}");
        }
    }
    let after = fs::read_to_string(place.lock()).expect("the winner's file");
    assert_eq!((after, meta()), (text.clone(), before));
    winner.stop().expect_code(0);
    figure("crontab", &format!("winner untouched by {} losers; of 800", full * 4));
    // The words are for the held case alone: the same call starts the daemon once the winner is gone.
    let alone = second(&place, &["--if-locked=ok", "--once"]);
    assert_eq!(alone.expect_code(0).count("tick 1 ends"), 1);
}

/// Fault: the lock file is removed while the holder is busy in a hook, and cron starts the daemon again and again.
/// Required: each of these starts is kept out, and learns from the kernel alone whose lock it is.
#[test]
fn fault_019_many_second_starts_learn_who_holds_the_name() {
    let place = Place::new();
    let go = place.file("go");
    let (mut winner, _) = start_holder(&place, &["--go", &go.display().to_string()]);
    winner.wait_for("tick 1 begins");
    fs::remove_file(place.lock()).expect("removed");
    let full = rounds(300);
    for round in 0..full {
        let loser = second(&place, &[]);
        loser.expect_code(75);
        let wanted = format!("already running: pid {} holds the lock", winner.pid());
        assert!(said(&loser).contains(&wanted), "start {round}: {loser:#?}");
    }
    fs::write(&go, "").expect("the file");
    winner.wait().expect_code(75);
    figure("fault_019", &format!("{full} of {full} second starts without the lock file knew the holder"));
}

/// The original put the text of the lock file into a shell (`1; touch x` was carried out), and took any living process
/// of that number for the holder. Required: the text means nothing: only the kernel's lock counts.
#[test]
fn b22_no_text_in_a_lock_file_is_obeyed_or_believed() {
    let mut bystander = bystander();
    let living = bystander.id();
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").expect("this boot");
    let texts = [
        "1; touch x".to_owned(),
        "pid 1; touch x\n".to_owned(),
        "$(touch x)`touch x`\n; touch x #".to_owned(),
        living.to_string(),
        format!("pid {living}\n"),
        format!("pid {living}\nsince 2026-01-01 00:00:00.000 +00:00\nboot {boot}"),
        "pid 1\n".to_owned(),
        format!("pid {}\n", std::process::id()),
        "pid 0\n".to_owned(),
        "pid -1\n".to_owned(),
        "\0\u{1b}[2J\n".repeat(500),
    ];
    for text in &texts {
        let place = Place::new();
        fs::write(place.lock(), text).expect("planted");
        let mut command = holder(&place, &["--once"]);
        command.current_dir(place.path());
        let ended = Child::spawn(command).wait();
        assert_eq!(ended.expect_code(0).count("tick 1 ends"), 1, "{text:?}");
        assert!(!place.file("x").exists(), "{text:?} was carried out");
    }
    assert!(bystander.try_wait().expect("our child").is_none(), "it was harmed");
    bystander.kill().expect("our child");
    bystander.wait().expect("our child");
}

fn bystander() -> std::process::Child {
    Command::new("sleep").arg("600").stdin(Stdio::null()).stdout(Stdio::null()).spawn().expect("sleep")
}

/// A held lock with hostile text in its file: the second start is refused, and what it says of the holder is text.
#[test]
fn b22_hostile_text_in_a_held_lock_is_only_text() {
    let place = Place::new();
    let (winner, _) = start_holder(&place, &[]);
    for text in ["1; touch x", "pid 1; touch x\nsince $(touch x)\n", "pid 1\nsince \u{1b}[2J\r\n"] {
        fs::write(place.lock(), text).expect("overwritten");
        let mut command = holder(&place, &["--once"]);
        command.current_dir(place.path());
        let ended = Child::spawn(command).wait();
        ended.expect_code(75);
        let text = said(&ended);
        assert!(text.contains("already running: "), "{text}");
        assert!(!text.contains('\u{1b}'), "control characters reached the terminal");
        assert!(!place.file("x").exists(), "{text:?} was carried out");
    }
    assert!(is_flocked(&place.lock()));
    winner.stop().expect_code(0);
}

/// A holder that was killed leaves its text behind, and its number goes to somebody else.
/// Required: a recycled process number is no lock.
#[test]
fn b22_a_recycled_process_number_is_no_lock() {
    let mut bystander = bystander();
    let place = Place::new();
    let (victim, _) = start_holder(&place, &[]);
    let dead = victim.pid();
    victim.signal(Signal::SIGKILL);
    assert_eq!(victim.wait().signal, Some(libc::SIGKILL));
    let text = fs::read_to_string(place.lock()).expect("left behind");
    let recycled = text.replace(&format!("pid {dead}"), &format!("pid {}", bystander.id()));
    assert_ne!(recycled, text, "the file names its holder");
    fs::write(place.lock(), recycled).expect("planted");
    let ended = second(&place, &["--once"]);
    assert_eq!(ended.expect_code(0).count("tick 1 ends"), 1);
    bystander.kill().expect("our child");
    bystander.wait().expect("our child");
}
