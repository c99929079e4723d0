//! Runs a transcript for real and compares.
//!
//! A command is sent when all lines before it have appeared, never because time has passed. The lines after a command
//! are all that it prints and, in between, lines of the programs in the background: where they stand among the
//! command's lines is chance and not compared; their own order is. `...` is any number of lines.

use std::collections::VecDeque;
use std::time::Instant;

use daemon_tests::PATIENCE;

use crate::pattern::Processes;
use crate::shell::{Said, Shell};
use crate::transcript::{self, Step};

/// Any lines, in a transcript.
const ANY_LINES: &str = "...";

/// The session as it goes on.
struct Session {
    shell: Shell,
    processes: Processes,
    /// What has been seen, for the report of a mismatch.
    seen: Vec<String>,
    /// The transcript said `...`: lines of the background may be passed over.
    gap: bool,
}

/// Replays the transcript in `markdown`.
///
/// # Errors
/// Where transcript and programs disagree, with both sides.
pub fn replay(markdown: &str) -> Result<(), String> {
    let steps = transcript::read(markdown)?;
    let mut session = Session { shell: Shell::start(), processes: Processes::default(), seen: Vec::new(), gap: false };
    let done = steps.iter().try_for_each(|step| session.step(step));
    done.and_then(|()| session.end()).map_err(|why| format!("{why}\nUntil then:\n  {}", session.seen.join("\n  ")))
}

impl Session {
    fn step(&mut self, step: &Step) -> Result<(), String> {
        let Step { line, command, .. } = step;
        self.seen.push(format!("$ {command}"));
        let said = if step.background { self.shell.run_behind(command) } else { self.shell.run(command) };
        let said = said.ok_or_else(|| format!("line {line}: `{command}` does not end"))?;
        self.seen.extend(said.iter().cloned());
        self.compare(step, said.into())
    }

    /// Compares what follows a command with what it has `said`, and with what the background says.
    fn compare(&mut self, step: &Step, mut said: VecDeque<String>) -> Result<(), String> {
        let mut gap = false;
        for (line, expected) in &step.expected {
            if expected == ANY_LINES {
                (gap, self.gap) = (true, true);
                continue;
            }
            let reach = if gap { said.len() } else { said.len().min(1) };
            let found = (0..reach).find(|at| self.processes.agree(expected, &said[*at]));
            if let Some(at) = found {
                said.drain(..=at);
                gap = false;
            } else if let Err(behind) = self.expect_behind(expected) {
                let command = said.front().map_or("prints no more".to_owned(), |line| format!("prints {line:?}"));
                return Err(format!(
                    "line {line}: expected {expected:?}\nthe command {command}\nthe background {behind}"
                ));
            }
        }
        match said.front() {
            Some(more) if !gap => Err(format!("line {}: `{}` prints more: {more:?}", step.line, step.command)),
            _ => Ok(()),
        }
    }

    /// Waits for a line of the background. What there is instead is the error.
    fn expect_behind(&mut self, expected: &str) -> Result<(), String> {
        // For all lines together: in a gap a program could print other lines for ever.
        let end = Instant::now() + PATIENCE;
        loop {
            let line = match self.shell.next_behind(end) {
                Said::Line(line) => line,
                Said::Ended => return Err("has ended".into()),
                Said::Hangs => return Err(format!("does not print it in {PATIENCE:?}")),
            };
            self.seen.push(line.clone());
            if self.processes.agree(expected, &line) {
                self.gap = false;
                return Ok(());
            }
            if !self.gap {
                return Err(format!("prints {line:?}"));
            }
        }
    }

    /// Nothing may run on, nor have said more than the transcript shows.
    fn end(&mut self) -> Result<(), String> {
        let running = self.shell.run("jobs -pr | wc -l");
        if running.as_deref() != Some(&["0".to_owned()]) {
            return Err("at its end the transcript leaves programs running".into());
        }
        match self.shell.next_behind(Instant::now() + PATIENCE) {
            Said::Line(line) if !self.gap => Err(format!("the background prints more: {line:?}")),
            _ => Ok(()),
        }
    }
}
