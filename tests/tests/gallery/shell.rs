//! A shell in a machine of its own: the commands of a transcript run as a reader would run them, and disturb nobody.
//!
//! The shell is bash in new namespaces: its own processes, mounts (with an empty `/run`) and network, so that two
//! transcripts can hold the same lock at the same time, and so that nothing is left behind: with the shell the kernel
//! ends all in it. That takes root. `cargo run --example NAME` runs the program that is already built.
//!
//! May not judge what programs say.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Instant;

use daemon_tests::{PATIENCE, Place};

/// Begins a line of ours among the lines of the programs.
const MARK: char = '\u{1e}';

/// The other end of a terminal, one might say.
pub struct Shell {
    process: Child,
    input: ChildStdin,
    /// What commands in the foreground print, ended by a mark with the number of the command.
    foreground: Receiver<String>,
    /// What commands in the background print. A mark with a number: all of them had ended after that command.
    background: Receiver<String>,
    commands: usize,
    jobs: usize,
    _place: Place,
}

/// What comes next from the background.
#[derive(Debug, PartialEq, Eq)]
pub enum Said {
    /// A line.
    Line(String),
    /// Nothing: all programs have ended.
    Ended,
    /// Nothing in time.
    Hangs,
}

impl Shell {
    /// Starts a shell in an empty directory, in which `cargo` is ours.
    pub fn start() -> Self {
        assert_eq!(
            nix::unistd::getuid().as_raw(),
            0,
            "the gallery is tested in namespaces of its own, which takes root"
        );
        let place = Place::new();
        let path = format!("{}:/usr/sbin:/usr/bin:/sbin:/bin", bin(&place).display());
        let mut process = Command::new("unshare")
            .args(["--mount", "--net", "--pid", "--kill-child", "--mount-proc"])
            .args(["--", "bash", "--noprofile", "--norc"])
            .env("PATH", path)
            .env_remove("BASH_ENV")
            .current_dir(work(&place))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("unshare (package util-linux) starts");
        let mut shell = Self {
            input: process.stdin.take().expect("piped"),
            foreground: lines(process.stdout.take().expect("piped")),
            background: lines(process.stderr.take().expect("piped")),
            process,
            commands: 0,
            jobs: 0,
            _place: place,
        };
        // From here on standard error goes where standard output goes; descriptor 3 is for the background.
        let ready = "exec 3>&2 2>&1; set -m; mount -t tmpfs -o mode=755 tmpfs /run; echo $?";
        let said = shell.run(ready).expect("a shell that answers");
        assert_eq!(said, ["0"], "no machine of its own for the shell");
        shell
    }

    /// Runs a command in the foreground to its end: all it has printed. `None` when it hangs.
    pub fn run(&mut self, command: &str) -> Option<Vec<String>> {
        self.commands += 1;
        let number = self.commands;
        // The answer of the command must be there for the next one that asks for `$?`.
        let after =
            format!("code=$?; [ \"$(jobs -pr)\" ] || echo '{MARK}{number}' >&3; echo '{MARK}{number}'; (exit $code)");
        writeln!(self.input, "{command}\n{after}").ok()?;
        let (end, mark) = (Instant::now() + PATIENCE, format!("{MARK}{number}"));
        let mut said = Vec::new();
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let line = self.foreground.recv_timeout(left).ok()?;
            // A program that does not end its last line shares it with our mark.
            match line.strip_suffix(&mark) {
                Some("") => return Some(said),
                Some(unfinished) => said.push(unfinished.to_owned()),
                None => {
                    said.push(line);
                    continue;
                }
            }
            return Some(said);
        }
    }

    /// Starts a command in the background, and says what a shell says then: `[1] 4242`.
    pub fn run_behind(&mut self, command: &str) -> Option<Vec<String>> {
        self.jobs += 1;
        let job = self.jobs;
        self.run(&format!("{command} >&3 2>&1 &\necho \"[{job}] $!\""))
    }

    /// The next line from the background, if it comes before `end`.
    pub fn next_behind(&self, end: Instant) -> Said {
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let Ok(line) = self.background.recv_timeout(left) else {
                return Said::Hangs;
            };
            match line.strip_prefix(MARK).map(str::parse::<usize>) {
                // An old mark is from before the programs that run now.
                Some(Ok(number)) if number == self.commands => return Said::Ended,
                Some(_) => {}
                None => return Said::Line(line),
            }
        }
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        // All processes of the namespace end with its first.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A place for our `cargo`, apart from where the commands run.
fn bin(place: &Place) -> PathBuf {
    let bin = place.file("bin");
    fs::create_dir(&bin).expect("a directory");
    let script = format!(
        "#!/bin/sh\n\
         [ \"$1 $2 $3\" = 'run -q --example' ] || {{ echo \"no such cargo command: $*\"; exit 101; }}\n\
         name=$4; shift 4\n\
         [ \"$1\" = --features ] && shift 2\n\
         [ \"$1\" = -- ] && shift\n\
         exec '{}'/\"$name\" \"$@\"\n",
        examples().display()
    );
    let cargo = bin.join("cargo");
    fs::write(&cargo, script).expect("a script");
    fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).expect("an executable");
    bin
}

fn work(place: &Place) -> PathBuf {
    let work = place.file("work");
    fs::create_dir(&work).expect("a directory");
    work
}

/// Where the built examples are: beside the directory of this test's own program.
pub fn examples() -> PathBuf {
    let this = std::env::current_exe().expect("the path of this test");
    let examples = this.ancestors().nth(2).unwrap_or(Path::new("/")).join("examples");
    for name in ["by_hand", "heartbeat", "parallel_tasks", "pulse", "restart", "signals", "timers"] {
        let program = examples.join(name);
        assert!(
            program.exists(),
            "{} is missing: run `cargo build --examples --all-features` first",
            program.display()
        );
    }
    examples
}

/// Reads lines until the end, so that no program ever waits for us.
fn lines(from: impl Read + Send + 'static) -> Receiver<String> {
    let (send, receive) = channel();
    std::thread::spawn(move || {
        let mut from = BufReader::new(from);
        let mut line = Vec::new();
        while from.read_until(b'\n', &mut line).is_ok_and(|count| count > 0) {
            let text = String::from_utf8_lossy(&line);
            if send.send(text.trim_end().to_owned()).is_err() {
                return;
            }
            line.clear();
        }
    });
    receive
}
