//! Row 120: what root opened must not reach commands, trials or later images by accident.

use std::fs;

use daemon_tests::{figure, proc, wait_until};
use nix::sys::signal::Signal;

use super::Open;

/// What a listing shows besides the standard three.
fn listed(text: &str, what: &str) -> Vec<Vec<String>> {
    let lines = text.lines().filter_map(|line| line.strip_prefix(what)?.split_once(" | "));
    let words = lines.map(|(open, _)| open.split('\t').map(str::to_owned));
    let special = |path: &String| path != "/dev/null" && !path.starts_with("pipe:");
    words.map(|paths| paths.filter(special).collect()).collect()
}

/// Fault: descriptors of lock, log, PID file, signals and timers, and one that the author's code leaks. Required: a command
/// of a hook gets the standard three and what the author leaks; a trial the standard three; the image after a restart the
/// lock, the log, the PID file and what was handed over.
#[test]
fn fault_120_only_what_is_meant_is_inherited() {
    let open = Open::new();
    let list = open.write("list", "", 0o666);
    let pid_file = open.file("x.pid");
    let mut command = open.command();
    command.env("LIST", &list).env("CHILD", "sleep").env("LEAK", "1").arg("-p").arg(&pid_file);
    let daemon = open.detach(command);
    let child = || proc::children(daemon.pid()).into_iter().find(|child| proc::status(*child, "Name") == "sleep");
    wait_until("the command of the hook", || child().is_some());
    let of_command = || proc::descriptors(child().expect("a command"));
    // The command opens files of its own while it begins: it is over when only what it was given is left.
    wait_until("nothing but the standard three and what was leaked", || {
        let mut others = of_command();
        others.retain(|path| path.as_os_str() != "/dev/null");
        others.len() == 1 && others[0].ends_with("passwd")
    });
    fs::write(&list, "").expect("begun anew");
    daemon.signal(Signal::SIGHUP);
    daemon.wait_log("started again", 1);
    let text = fs::read_to_string(&list).expect("a list");
    // In `declare`: first the trial, then the image that follows.
    let declared = listed(&text, "declare ");
    assert!(declared[0].iter().all(|path| !path.ends_with("passwd")), "the trial has what was leaked: {text}");
    let of_trial: Vec<_> = declared[0].iter().filter(|path| !path.ends_with("/list")).collect();
    assert!(of_trial.is_empty(), "{of_trial:?}");
    let allowed = |path: &str| {
        let files = [open.place.lock(), open.file("test.log"), pid_file.clone()];
        files.iter().any(|file| file.as_os_str() == path) || path.starts_with("socket:") || path.starts_with("/memfd:")
    };
    let mains = listed(&text, "main ");
    let next = mains.iter().find(|open| open.iter().any(|path| path.starts_with("/memfd:"))).expect("the next image");
    let surplus: Vec<_> = next.iter().filter(|path| !allowed(path)).collect();
    assert!(surplus.is_empty(), "{surplus:?}");
    assert_eq!(next.len(), 5, "the lock, its name, the log, the PID file, and what was handed over: {next:?}");
    assert_eq!(daemon.stop(), Some(0));
    figure("fault_120", "command of a hook, trial, next image: surplus descriptors 0");
}
