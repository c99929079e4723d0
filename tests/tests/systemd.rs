//! A real systemd runs real daemons: the unit of the README, restarts in place, a hook that hangs.
//!
//! Each test boots a systemd of its own in private namespaces. That takes root and the package systemd; a machine that can
//! not do it fails the test. It may not touch the systemd of the machine, if there is one.

use std::fs;
use std::path::{Path, PathBuf};

use daemon_tests::{Place, Systemd, figure, rounds, wait_until};

const INIT: &str = env!("CARGO_BIN_EXE_systemd_place");
const WATCHED: &str = env!("CARGO_BIN_EXE_notify_daemon");

/// The unit that the README gives for its hello, word for word.
fn unit_of_the_readme() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let text = fs::read_to_string(&path).expect("the README");
    let unit = text.split_once("```ini\n").and_then(|(_, rest)| rest.split_once("```\n"));
    unit.unwrap_or_else(|| panic!("{}: no ```ini block", path.display())).0.to_owned()
}

/// That unit, for another program. What it writes goes where the test can read it.
fn unit(program: &str, changes: &[(&str, &str)], more: &str) -> String {
    let mut unit = unit_of_the_readme();
    let start = format!("ExecStart=/run/place/{program}");
    for (from, to) in [("ExecStart=/opt/hello", start.as_str())].iter().chain(changes) {
        assert_eq!(unit.matches(from).count(), 1, "the unit of the README has {from:?} once:\n{unit}");
        unit = unit.replace(from, to);
    }
    format!("{unit}\n[Service]\nStandardOutput=append:/run/place/log\nStandardError=inherit\n{more}\n")
}

fn install(place: &Place, program: &Path, name: &str) {
    fs::copy(program, place.file(name)).expect("the program is copied");
}

/// The example, as it was built last.
fn pulse() -> PathBuf {
    let this = std::env::current_exe().expect("the path of this test");
    let pulse = this.ancestors().nth(2).unwrap_or(Path::new("/")).join("examples/pulse");
    let how = "cargo build -p daemon-examples --examples --features systemd";
    assert!(pulse.exists(), "{} is missing: run `{how}` first", pulse.display());
    let program = fs::read(&pulse).expect("the example is read");
    let has_feature = program.windows(13).any(|bytes| bytes == b"MONOTONIC_USE");
    assert!(has_feature, "{} is built without the feature: run `{how}` first", pulse.display());
    pulse
}

fn log(systemd: &Systemd) -> String {
    fs::read_to_string(systemd.place().file("log")).unwrap_or_default()
}

/// The main example under the unit of the README: active when it is ready, its status shown, restarted in place by a
/// reload, stopped cleanly.
#[test]
fn fault_065_pulse_runs_under_the_unit_of_the_readme() {
    let service = "pulse.service";
    let text = unit("pulse --csv /run/place/pulse.csv --interval 100ms", &[], "");
    let systemd = Systemd::boot(INIT, &[(service, &text)]);
    install(systemd.place(), &pulse(), "pulse");
    systemd.systemctl(&["start", service]);
    assert_eq!(systemd.show(service, "ActiveState"), "active");
    assert!(log(&systemd).contains("pulse 0.1.0 started, "), "active means started:\n{}", log(&systemd));
    let pid = systemd.main_pid(service);
    systemd.wait_shown_where(service, "StatusText", |text| text.contains(" iterations, last "));
    let count = rounds(100);
    for round in 1..=count {
        if round % 2 == 0 {
            systemd.kill(service, "HUP")
        } else {
            systemd.systemctl(&["reload", service])
        }
        wait_until("a restart in place", || log(&systemd).matches("started again").count() == round);
        systemd.wait_shown(service, "ActiveState", "active");
        let fresh = |text: &str| text == "started again" || text.contains(" iterations, last ");
        systemd.wait_shown_where(service, "StatusText", fresh);
        assert_eq!(systemd.show(service, "MainPID"), pid, "round {round}");
    }
    assert_eq!(systemd.show(service, "NRestarts"), "0", "systemd itself restarted nothing");
    systemd.systemctl(&["stop", service]);
    let end = ["ActiveState", "Result", "ExecMainStatus"].map(|property| systemd.show(service, property));
    assert_eq!(end, ["inactive", "success", "0"], "{}", log(&systemd));
    let csv = fs::read_to_string(systemd.place().file("pulse.csv")).expect("lines");
    assert!(csv.ends_with('\n') && csv.lines().count() > 2, "{csv}");
    figure("fault_065", &format!("real systemd: {count} of {count} restarts in place, same main process, active"));
}

/// Active comes with the word of the daemon, and not before.
#[test]
fn fault_008_systemd_waits_for_ready() {
    let service = "watched.service";
    let text = unit("watched --hold plugin,setup,init", &[], "Environment=PLACE=/run/place");
    let systemd = Systemd::boot(INIT, &[(service, &text)]);
    install(systemd.place(), Path::new(WATCHED), "watched");
    systemd.systemctl(&["start", "--no-block", service]);
    for stage in ["plugin", "setup", "init"] {
        wait_until(stage, || systemd.place().file(&format!("at-{stage}")).exists());
        assert_eq!(systemd.show(service, "ActiveState"), "activating", "at {stage}");
        fs::write(systemd.place().file(&format!("go-{stage}")), "").expect("written");
    }
    systemd.wait_shown(service, "ActiveState", "active");
    assert_eq!(systemd.show(service, "StatusText"), "started");
    systemd.systemctl(&["stop", service]);
    assert_eq!(systemd.show(service, "Result"), "success");
}

/// A long start or stop that was declared is waited for, where the unit alone would have had less patience.
#[test]
fn fault_008_systemd_has_the_patience_that_was_declared() {
    let held = |name: &str, flags: &str| {
        let changes =
            [("TimeoutStopSec=30", "TimeoutStopSec=2\nTimeoutStartSec=2"), ("Restart=on-failure", "Restart=no")];
        let more = format!("Environment=PLACE=/run/place/{name}");
        unit(&format!("watched --hold setup,shutdown --lock /run/{name}.lock {flags}"), &changes, &more)
    };
    let (patient, hasty) = ("patient.service", "hasty.service");
    let units = [held("patient", "--start-timeout 60s --stop-timeout 60s"), held("hasty", "")];
    let systemd = Systemd::boot(INIT, &[(patient, &units[0]), (hasty, &units[1])]);
    install(systemd.place(), Path::new(WATCHED), "watched");
    let place = |name: &str| systemd.place().file(name);
    ["patient", "hasty"].iter().for_each(|name| fs::create_dir(place(name)).expect("a directory"));
    // The hasty one begins later each time: when systemd has ended it, the patient one has had longer than that.
    let begin = |verb: &str, stage: &str| {
        for service in [patient, hasty] {
            systemd.systemctl(&[verb, "--no-block", service]);
            wait_until(stage, || place(service.trim_end_matches(".service")).join(format!("at-{stage}")).exists());
        }
    };
    let go_on = |name: &str, stage: &str| fs::write(place(name).join(format!("go-{stage}")), "").expect("written");
    begin("start", "setup");
    systemd.wait_shown(hasty, "Result", "timeout");
    systemd.wait_shown(hasty, "ActiveState", "failed");
    assert_eq!(systemd.show(patient, "ActiveState"), "activating", "{}", log(&systemd));
    ["patient", "hasty"].iter().for_each(|name| go_on(name, "setup"));
    systemd.systemctl(&["start", hasty]);
    systemd.wait_shown(patient, "ActiveState", "active");
    begin("stop", "shutdown");
    systemd.wait_shown(hasty, "Result", "timeout");
    systemd.wait_shown(hasty, "ActiveState", "failed");
    assert_eq!(systemd.show(patient, "ActiveState"), "deactivating", "{}", log(&systemd));
    go_on("patient", "shutdown");
    systemd.wait_shown(patient, "ActiveState", "inactive");
    assert_eq!(systemd.show(patient, "Result"), "success");
}

/// A hook that hangs is found out by the watchdog, and the service begins anew; an idle one is left alone.
#[test]
fn fault_008_systemd_ends_a_daemon_whose_hook_hangs() {
    let service = "watched.service";
    let text = unit(
        "watched --interval 1h --hold hook",
        &[("WatchdogSec=30", "WatchdogSec=3")],
        "Environment=PLACE=/run/place\nRestartSec=0",
    );
    let systemd = Systemd::boot(INIT, &[(service, &text)]);
    install(systemd.place(), Path::new(WATCHED), "watched");
    systemd.systemctl(&["start", service]);
    let pid = systemd.main_pid(service);
    // It lives on by its signs of life alone: three times as long as systemd would wait for one.
    let since = || systemd.show(service, "WatchdogTimestampMonotonic").parse::<u64>().unwrap_or(0);
    let first = since();
    wait_until("signs of life over nine seconds", || since() > first + 9_000_000);
    assert_eq!((systemd.main_pid(service), systemd.show(service, "NRestarts")), (pid.clone(), "0".to_owned()));
    systemd.kill(service, "USR2");
    systemd.wait_shown(service, "NRestarts", "1");
    systemd.wait_shown(service, "ActiveState", "active");
    assert!(systemd.place().file("at-hook").exists(), "it hung in the hook");
    assert_ne!(systemd.main_pid(service), pid);
    assert_eq!(log(&systemd).matches(" started, ").count(), 2, "{}", log(&systemd));
    systemd.systemctl(&["stop", service]);
    assert_eq!(systemd.show(service, "Result"), "success");
}

/// What a restart can not help is not restarted: the unit's list is that of the exit codes.
#[test]
fn fault_008_systemd_does_not_start_again_what_can_not_work() {
    let service = "watched.service";
    let text = unit("watched --interval nonsense", &[], "");
    let systemd = Systemd::boot(INIT, &[(service, &text)]);
    install(systemd.place(), Path::new(WATCHED), "watched");
    systemd.systemctl(&["start", "--no-block", service]);
    systemd.wait_shown(service, "ActiveState", "failed");
    let end = ["Result", "ExecMainStatus", "NRestarts"].map(|property| systemd.show(service, property));
    assert_eq!(end, ["exit-code", "64", "0"]);
}
