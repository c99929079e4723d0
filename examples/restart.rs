//! State that goes over a restart in place: counts the lines of a growing file, and never one twice.
//!
//! `cargo run --example restart --features handover`

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::PathBuf;

use daemon_core::prelude::*;
use serde::{Deserialize, Serialize};

/// What is read at once: a file that has grown much keeps nobody waiting for long.
const MOST: u64 = 1 << 20;

/// How far the file has been read, and what was found. What the next image must know, and no more.
#[derive(Clone, Default, Serialize, Deserialize)]
struct Progress {
    offset: u64,
    lines: u64,
}

struct Count {
    path: PathBuf,
    progress: Progress,
}

/// Counts the lines that are appended to a file.
#[daemon(name = "restart", interval = "200ms", lock = "file")]
impl Count {
    /// The file that grows, instead of lines.txt
    #[option]
    fn file(text: &str) -> Result<PathBuf> {
        Ok(text.into())
    }

    #[setup]
    fn open(cx: &Context) -> Self {
        let file = cx.option(Self::file).cloned().unwrap_or_else(|| "lines.txt".into());
        let progress: Option<Progress> = cx.handed_over();
        if let Some(Progress { offset, lines }) = &progress {
            log::info!("goes on behind {lines} lines, at byte {offset}");
        }
        Self { path: cx.started_in().join(file), progress: progress.unwrap_or_default() }
    }

    #[execute]
    fn count(&mut self) -> io::Result<()> {
        let mut file = match File::open(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            opened => opened?,
        };
        if file.metadata()?.len() < self.progress.offset {
            log::warn!("{} is shorter than it was: counting from its beginning", self.path.display());
            self.progress = Progress::default();
        }
        file.seek(SeekFrom::Start(self.progress.offset))?;
        let mut new = Vec::new();
        file.take(MOST).read_to_end(&mut new)?;
        let lines = new.iter().filter(|byte| **byte == b'\n').count();
        self.progress.offset += new.len() as u64;
        self.progress.lines += lines as u64;
        if lines > 0 {
            log::info!("{} lines, {lines} of them new", self.progress.lines);
        }
        Ok(())
    }

    #[handover]
    fn keep(&self) -> Progress {
        self.progress.clone()
    }
}

fn main() -> ExitCode {
    Count::main()
}
