//! A log record: whatever the message, lines that nobody can forge.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, &str)| {
    let (target, message) = input;
    let lines = daemon_core::fuzzing::record(target, message);
    let text = String::from_utf8(lines).expect("text");
    assert!(text.ends_with('\n'));
    for (number, line) in text[..text.len() - 1].split('\n').enumerate() {
        assert!(line.len() < 4096, "{} bytes", line.len());
        assert!(line.chars().all(|c| !c.is_control()), "{line:?}");
        let label = line.split(' ').nth(4).expect("a label");
        assert_eq!(label.ends_with('+'), number > 0, "{line:?}");
    }
});
