//! The rendered text: every setting and flag is in it, and the stages are those of the declaration.

use std::time::Duration;

use super::*;
use crate::event::Event;
use crate::lock::Lock;
use crate::on_error::OnError;
use crate::plan::{Opt, Place};
use crate::signal::Signal;

fn plan() -> Plan {
    let mut plan = Plan { name: "probe".into(), version: "1.2.3".into(), plugins: 2, ..Plan::default() };
    plan.interval.declare(Duration::from_secs(2));
    plan.lock.declare(Lock::path("/run/probe/probe.lock"));
    for trigger in [Trigger::Tick, Event::init().into(), Event::shutdown().into(), Signal::TERM.into()] {
        plan.hooks.push(Hook::new(trigger, Place::here()));
    }
    plan.options.push(Opt { name: "max-load".into(), about: String::new() });
    plan
}

fn text(plan: &Plan, hang_up: HangUp, options: &Options) -> String {
    let standing = if options.detach { Standing::Detached } else { Standing::Foreground };
    let here = Circumstances { program: Path::new("/opt/probe"), options, hang_up, standing };
    explain(plan, &here).expect("a text")
}

/// The lines of one chapter.
fn chapter<'a>(text: &'a str, title: &str) -> &'a str {
    let (_, rest) = text.split_once(&format!("\n{title}\n\n")).expect("the chapter");
    rest.split("\n\n").next().unwrap_or_default()
}

/// What comes in this order, and in no other.
fn in_order(text: &str, words: &[&str]) {
    let mut rest = text;
    for word in words {
        let Some((_, behind)) = rest.split_once(word) else { panic!("no {word:?} behind the others in {text}") };
        rest = behind;
    }
}

#[test]
fn every_setting_and_every_flag_with_a_value_is_shown() {
    let mut plan = plan();
    plan.idle.overridden(Some(0.25));
    let text = text(&plan, HangUp::Ignore, &Options::default());
    for row in plan.rows() {
        let line = text.lines().find(|line| line.trim_start().starts_with(&format!("{} ", row.key)));
        let line = line.unwrap_or_else(|| panic!("no row of {} in {text}", row.key));
        assert!(line.contains(&row.value) && line.contains(&row.origin.to_string()), "{line}");
    }
    for flag in crate::cli::flags_with_values() {
        assert!(text.contains(&format!("--{flag}")), "no --{flag} in {text}");
    }
    assert!(text.contains("--max-load") && text.contains("not given"), "{text}");
}

#[test]
fn the_stages_are_those_of_the_declaration() {
    let options = Options { pid_file: Some("/run/probe.pid".into()), ..Options::default() };
    let all = text(&plan(), HangUp::Restart, &options);
    let lock = "file /run/probe/probe.lock";
    let start = ["plugins look", lock, "standard output", "PID file /run", "plugin 1", "plugin 2", "setup:", "on init"];
    in_order(chapter(&all, "Start"), &start);
    in_order(chapter(&all, "Running"), &["Every 2s", "execute", "on SIGTERM"]);
    let stop = ["on SIGTERM", "on shutdown", "drop", "down plugin 2", "down plugin 1", "remove the PID file", lock];
    in_order(chapter(&all, "Stop"), &stop);
    let restart = ["on shutdown", "drop", "down plugin 2", "become", lock, "plugin 1", "setup:", "on init"];
    in_order(chapter(&all, "Restart in place"), &restart);
    let all = text(&Plan { handover: true, ..plan() }, HangUp::Restart, &options);
    in_order(chapter(&all, "Restart in place"), &["on shutdown", "hand over the daemon's state", "drop"]);
    let (shown, bare) = (Plan { name: "x".into(), ..Plan::default() }, Options::default());
    let all = text(&shown, HangUp::Ignore, &bare);
    assert!(!all.contains("plugin") && !all.contains("lock:") && !all.contains("PID file /"), "{all}");
    assert!(chapter(&all, "Restart in place").contains("HUP is only noted"), "{all}");
}

#[test]
fn what_a_fatal_error_does_depends_on_policy_and_mode() {
    let fatal = |policy, hang_up| {
        let mut plan = plan();
        plan.on_error.declare(policy);
        chapter(&text(&plan, hang_up, &Options::default()), "A fatal error").to_owned()
    };
    assert!(fatal(OnError::restart(), HangUp::Restart).contains("doubled each time up to 1m"));
    assert!(fatal(OnError::restart(), HangUp::Stop).contains("stops in order"));
    assert!(fatal(OnError::stop(), HangUp::Restart).contains("stops in order"));
    assert!(fatal(OnError::log(), HangUp::Restart).contains("goes on"));
}

/// A deadline and a policy of its own are the hook's affair, and are shown with it.
#[test]
fn a_hook_is_shown_with_place_deadline_and_policy() {
    let mut plan = plan();
    plan.hooks[2].deadline(Duration::from_secs(5)).on_error(OnError::log()).about("Says goodbye.\nAnd goes.");
    let all = text(&plan, HangUp::Ignore, &Options::default());
    let hook = chapter(&all, "Hooks, in declared order: trigger, place, deadline, what follows a failure");
    let line = hook.lines().find(|line| line.contains("on shutdown")).expect("the hook");
    in_order(line, &["on shutdown", "explain/tests.rs:", "deadline 5s", "on_error log, its own", "Says goodbye."]);
    assert!(chapter(&all, "Stop").contains("over 5s: the process is cut, 70"), "{all}");
}
