//! The tests of the replay itself: a transcript that is wrong must be found wrong, and for the right reason.

use crate::replay::replay;
use crate::transcript;

const START: &str = "$ cargo run -q --example signals &\n[1] 4242\n[..] signals 0.1.0 started, [..]\n";
const STOP: &str = "$ kill %1; wait $!; echo $?\n[..] SIGTERM: stopping\n[..] goodbye after 0 of USR2\n0\n";

fn console(text: &str) -> String {
    format!("A session:\n\n```console\n{text}```\n")
}

fn mismatch(text: &str) -> String {
    replay(&console(text)).expect_err("a wrong transcript must be found wrong")
}

#[test]
fn a_right_transcript_agrees() {
    assert_eq!(replay(&console(&format!("{START}{STOP}"))), Ok(()));
}

#[test]
fn a_wrong_line_of_a_command() {
    let why = mismatch("$ cargo run -q --example signals -- --version\nsignals 0.1.1\n");
    assert!(why.contains("line 5: expected \"signals 0.1.1\""), "{why}");
    assert!(why.contains("prints \"signals 0.1.0\""), "{why}");
}

#[test]
fn a_line_of_a_command_too_many_or_too_few() {
    let version = "$ cargo run -q --example signals -- --version\n";
    let why = mismatch(version);
    assert!(why.contains("prints more: \"signals 0.1.0\""), "{why}");
    let why = mismatch(&format!("{version}signals 0.1.0\nand more\n"));
    assert!(why.contains("expected \"and more\""), "{why}");
    assert!(why.contains("prints no more"), "{why}");
}

#[test]
fn a_wrong_exit_code() {
    let why = mismatch("$ cargo run -q --example signals -- --version\nsignals 0.1.0\n$ echo $?\n1\n");
    assert!(why.contains("line 7: expected \"1\"\nthe command prints \"0\""), "{why}");
}

#[test]
fn a_wrong_line_of_the_background() {
    let why = mismatch(&START.replace("started", "halted"));
    assert!(why.contains("line 6: expected \"[..] signals 0.1.0 halted, [..]\""), "{why}");
    assert!(why.contains(" started, "), "{why}");
}

#[test]
fn a_line_of_the_background_too_many_or_too_few() {
    let why = mismatch(&format!("{START}{}", STOP.replace("[..] goodbye after 0 of USR2\n", "")));
    assert!(why.contains("background prints more") && why.contains("goodbye"), "{why}");
    let why = mismatch(&format!("{START}{}", STOP.replace("0\n", "0\n[..] one more\n")));
    assert!(why.contains("expected \"[..] one more\""), "{why}");
    assert!(why.contains("the background has ended"), "{why}");
}

#[test]
fn lines_in_another_order() {
    let (first, second) = ("[..] SIGTERM: stopping\n", "[..] goodbye after 0 of USR2\n");
    let swapped = STOP.replace(&format!("{first}{second}"), &format!("{second}{first}"));
    assert_ne!(swapped, STOP);
    let why = mismatch(&format!("{START}{swapped}"));
    assert!(why.contains("expected \"[..] goodbye after 0 of USR2\""), "{why}");
}

#[test]
fn the_number_of_another_process() {
    let why =
        mismatch(&START.replace("[..] signals 0.1.0", "[2026-11-20 07:15:59.123 +01:00] 4243 daemon signals 0.1.0"));
    assert!(why.contains("line 6: expected"), "4243 is not the number of `[1] 4242`: {why}");
}

#[test]
fn a_program_that_is_left_running() {
    let why = mismatch(START);
    assert!(why.contains("leaves programs running"), "{why}");
}

#[test]
fn lines_left_out_may_be_any_but_the_next_must_come() {
    let all_but_last = "$ cargo run -q --example signals -- --help\n...\n";
    assert_eq!(replay(&console(all_but_last)), Ok(()));
    let why = mismatch(&format!("{all_but_last}no such line\n"));
    assert!(why.contains("expected \"no such line\""), "{why}");
}

#[test]
fn transcripts_without_sense() {
    assert!(transcript::read("no session\n").is_err());
    let why = transcript::read("```console\noutput\n```\n").expect_err("output of nothing");
    assert!(why.contains("line 2"), "{why}");
}
