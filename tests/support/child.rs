//! A daemon under test: a real process, killed when the test is over, with everything it says kept.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::JoinHandle;
use std::time::Instant;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::PATIENCE;

/// A running daemon.
pub struct Child {
    process: std::process::Child,
    lines: Receiver<String>,
    seen: Vec<String>,
    errors: Option<JoinHandle<String>>,
    ended: Option<ExitStatus>,
}

/// How a daemon ended, and all it said.
#[derive(Debug)]
pub struct Ended {
    /// The exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// Every line of standard output.
    pub lines: Vec<String>,
    /// All of standard error.
    pub errors: String,
}

impl Child {
    /// Starts `program` with `arguments`.
    ///
    /// # Panics
    /// When it can not be started.
    pub fn start<A: AsRef<OsStr>>(program: &str, arguments: impl IntoIterator<Item = A>) -> Self {
        let mut command = Command::new(program);
        command.args(arguments);
        Self::spawn(command)
    }

    /// Starts a prepared command; standard output and error are captured, standard input is empty.
    ///
    /// # Panics
    /// When it can not be started.
    #[must_use]
    pub fn spawn(mut command: Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn().expect("the program starts");
        let (send, lines) = channel();
        let out = BufReader::new(process.stdout.take().expect("captured"));
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    break;
                }
            }
        });
        let mut err = process.stderr.take().expect("captured");
        let errors = std::thread::spawn(move || {
            let mut text = Vec::new();
            let _ = err.read_to_end(&mut text);
            String::from_utf8_lossy(&text).into_owned()
        });
        Self { process, lines, seen: Vec::new(), errors: Some(errors), ended: None }
    }

    /// Its process number.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    fn target(&self) -> Pid {
        Pid::from_raw(self.process.id().cast_signed())
    }

    /// Sends it a signal. It is not reaped before [`wait`](Self::wait), so the number can not be somebody else's.
    ///
    /// # Panics
    /// When that is not possible.
    pub fn signal(&self, signal: Signal) {
        kill(self.target(), signal).expect("the process is there");
    }

    /// Sends it a signal by its number, which is all that real-time signals have.
    ///
    /// # Panics
    /// When that is not possible.
    pub fn signal_number(&self, number: i32) {
        // SAFETY: no memory is passed.
        let sent = unsafe { libc::kill(self.target().as_raw(), number) };
        assert_eq!(sent, 0, "the process is there");
    }

    /// Waits until it prints a line that contains `text`, and returns that line. Lines before it stay readable in
    /// [`Ended::lines`]; each line is looked at once.
    ///
    /// # Panics
    /// When it ends without such a line, or hangs.
    pub fn wait_for(&mut self, text: &str) -> String {
        let end = Instant::now() + PATIENCE;
        loop {
            match self.lines.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    let found = line.contains(text);
                    self.seen.push(line);
                    if found {
                        return self.seen[self.seen.len() - 1].clone();
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    panic!("no line with {text:?} in {PATIENCE:?}; it said {:#?}", self.seen)
                }
                Err(RecvTimeoutError::Disconnected) => {
                    panic!("it ended without a line with {text:?}; it said {:#?}", self.seen)
                }
            }
        }
    }

    /// Waits for the `started` line of the framework.
    pub fn wait_started(&mut self) {
        self.wait_for(" started, ");
    }

    /// Waits until it ends.
    ///
    /// # Panics
    /// When it hangs.
    #[must_use]
    pub fn wait(mut self) -> Ended {
        let end = Instant::now() + PATIENCE;
        // End of file on standard output comes with the end of the process, unless a child of it holds the pipe.
        while let Ok(line) = self.lines.recv_timeout(end.saturating_duration_since(Instant::now())) {
            self.seen.push(line);
        }
        assert!(Instant::now() < end, "it did not end in {PATIENCE:?}; it said {:#?}", self.seen);
        let status = self.process.wait().expect("a child of ours");
        self.ended = Some(status);
        let errors = self.errors.take().and_then(|reader| reader.join().ok()).unwrap_or_default();
        Ended { code: status.code(), signal: status.signal(), lines: std::mem::take(&mut self.seen), errors }
    }

    /// Asks it to stop with TERM and waits for the end.
    #[must_use]
    pub fn stop(self) -> Ended {
        self.signal(Signal::SIGTERM);
        self.wait()
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        if self.ended.is_none() {
            let _ = self.process.kill();
            let _ = self.process.wait();
        }
    }
}

impl Ended {
    /// How many lines contain `text`.
    #[must_use]
    pub fn count(&self, text: &str) -> usize {
        self.lines.iter().filter(|line| line.contains(text)).count()
    }

    /// Fails unless it ended with this exit code.
    ///
    /// # Panics
    /// When it did not.
    pub fn expect_code(&self, code: i32) -> &Self {
        assert_eq!(self.code, Some(code), "it ended otherwise: {self:#?}");
        self
    }
}
