//! Where a hook was declared: messages name the line of the author's attribute, not something the macro made up.

use daemon_core::Plan;

use crate::{everything, examples};

/// For each hook the line of the source that its place names.
fn lines<'a>(plan: &Plan, source: &'a str, file: &str) -> Vec<&'a str> {
    let line = |hook: &daemon_core::Hook| {
        let text = hook.to_string();
        let place = text
            .strip_suffix(')')
            .and_then(|text| text.rsplit_once('(').map(|(_, place)| place))
            .unwrap_or_else(|| panic!("no place in {text:?}"));
        let (path, line) = place.rsplit_once(':').expect("a file and a line");
        assert!(path.ends_with(file), "{text:?} is not in {file}");
        let line: usize = line.parse().expect("a line number");
        source.lines().nth(line - 1).expect("a line of the file").trim()
    };
    plan.hooks.iter().map(line).collect()
}

#[test]
fn hooks_of_the_macro_are_where_their_attributes_are() {
    let found = lines(&everything::declared(), everything::SOURCE, "twin/everything.rs");
    let expected = [
        "#[execute(deadline = \"1s\", on_error = stop)]",
        "#[on(signal = USR2, on_error = log)]",
        "#[on(signal = \"ALRM\")]",
        "#[on(signal = Signal::realtime(2))]",
        "#[on(init)]",
        "#[on(\"pre_execute\")]",
        "#[on(post_execute)]",
        "#[on(idle, deadline = Self::DAY)]",
        "#[on(signal)]",
        "#[on(error)]",
        "#[on(lock_lost)]",
        "#[on(shutdown)]",
        "#[every(\"30m\", deadline = \"30s\", on_error = \"restart\")]",
        "#[every(Self::DAY, jitter = \"1h\")]",
        #[cfg(feature = "cron")]
        "#[cron(\"0 3 * * *\", zone = \"Europe/Berlin\", deadline = \"1h\")]",
        #[cfg(feature = "cron")]
        "#[cron(Self::MONTHLY)]",
    ];
    assert_eq!(found, expected);
}

#[test]
fn hooks_of_the_examples_are_where_their_attributes_are() {
    use examples::{heartbeat, pulse, signals, timers};
    let found = lines(&heartbeat::plan(), heartbeat::SOURCE, "heartbeat.rs");
    assert_eq!(found, ["#[execute]"]);
    let found = lines(&pulse::plan(), pulse::SOURCE, "pulse.rs");
    assert_eq!(found, ["#[execute]", "#[on(shutdown)]"]);
    let found = lines(&signals::plan(), signals::SOURCE, "signals.rs");
    let expected = [
        "#[on(signal = \"USR2\")]",
        "#[on(signal = \"WINCH\")]",
        "#[on(signal = Signal::realtime(1))]",
        "#[on(shutdown)]",
    ];
    assert_eq!(found, expected);
    let found = lines(&timers::plan(), timers::SOURCE, "timers.rs");
    assert_eq!(found, ["#[execute]", "#[every(\"1.4s\")]", "#[every(\"2.4s\")]", "#[on(idle)]"]);
}

#[test]
fn hooks_by_hand_are_where_they_are_declared() {
    let by_hand = lines(&examples::by_hand::plan(), examples::by_hand::SOURCE, "by_hand.rs");
    assert_eq!(by_hand, ["spec.execute(|daemon, _| daemon.beat());"]);
}

/// An error names the attribute, so that the author knows which of many hooks it was.
#[test]
fn debug_shows_the_place_too() {
    let plan = examples::heartbeat::plan();
    let text = format!("{:?}", plan.hooks[0]);
    assert!(text.contains("heartbeat.rs:"), "{text}");
}
