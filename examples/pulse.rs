//! The main job on real input: how the machine is doing, every second and a half, as a line of CSV.
//!
//! `cargo run --example pulse`, or with your own file and threshold:
//! `cargo run --example pulse -- --csv /tmp/pulse.csv --warn-load 4`

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::num::ParseFloatError;

use daemon_core::prelude::*;

/// Lines that could not be written are kept up to this size, and written when the disk takes them again.
const MOST_KEPT: usize = 1 << 20;

struct Pulse {
    csv: File,
    /// Whole lines that are not in the file yet.
    unwritten: Vec<u8>,
    /// Processor time of each process at the last look, in clock ticks.
    seen: HashMap<u32, u64>,
    warn_load: f64,
}

/// Writes load, memory and the busiest process to a CSV file.
#[daemon(
    name = "pulse",
    interval = "1.5s",
    lock = "file",
    instructions = ["Give the CSV file a place of its own with --csv: it grows by about 5 MB a day."],
)]
impl Pulse {
    /// Write the lines to this file instead of pulse.csv
    #[option]
    fn csv(path: &str) -> Result<String> {
        if path.is_empty() { Err("write the name of a file".into()) } else { Ok(path.to_owned()) }
    }

    /// Warn when the load of the last minute is above this number
    #[option]
    fn warn_load(text: &str) -> Result<f64, ParseFloatError> {
        text.parse()
    }

    #[setup]
    fn open(cx: &Context) -> Result<Self> {
        // A detached daemon works in `/`: relative names count from where it was started.
        let path = cx.started_in().join(cx.option(Self::csv).map_or("pulse.csv", String::as_str));
        let failed = |error| format!("{}: {error}", path.display());
        let csv = OpenOptions::new().append(true).create(true).open(&path).map_err(failed)?;
        let mut unwritten = Vec::new();
        if csv.metadata()?.len() == 0 {
            unwritten.extend_from_slice(b"seconds,load,free_mb,busiest,busiest_share\n");
        }
        let warn_load = cx.option(Self::warn_load).copied().unwrap_or(2.0);
        Ok(Self {
            csv,
            unwritten,
            seen: processes()?.into_iter().map(|(pid, _, time)| (pid, time)).collect(),
            warn_load,
        })
    }

    #[execute]
    fn measure(&mut self, cx: &Context) -> io::Result<()> {
        let (load, free) = (load()?, free_megabytes()?);
        let (busiest, share) = self.busiest(cx.interval())?;
        log::info!("load {load}, {free} MB free, busiest {busiest} with {share} %");
        if load > self.warn_load {
            log::warn!("load {load} is above {}", self.warn_load);
        }
        let line = format!("{},{load},{free},{busiest},{share}\n", cx.now().wall.seconds());
        self.unwritten.extend_from_slice(line.as_bytes());
        self.write(cx);
        Ok(())
    }

    /// Nothing is kept back when the daemon stops.
    #[on(shutdown)]
    fn finish(&mut self, cx: &Context) {
        self.write(cx);
    }

    /// Writes what is still unwritten; a full disk costs nothing but time, up to a bound.
    fn write(&mut self, cx: &Context) {
        while !self.unwritten.is_empty() {
            match self.csv.write(&self.unwritten) {
                Ok(bytes) => drop(self.unwritten.drain(..bytes)),
                Err(error) => {
                    cx.error(format!("can not write the CSV file: {error}"));
                    break;
                }
            }
        }
        if self.unwritten.len() > MOST_KEPT {
            log::error!("giving up {} bytes of unwritten lines", self.unwritten.len());
            self.unwritten.clear();
        }
    }

    /// The process that used the most processor time since the last look, and its share of one processor in percent.
    fn busiest(&mut self, span: Duration) -> io::Result<(String, u64)> {
        let now = processes()?;
        let used = |pid: &u32, time: &u64| time.saturating_sub(*self.seen.get(pid).unwrap_or(time));
        let best = now.iter().max_by_key(|(pid, _, time)| used(pid, time));
        let best = best.map_or(("none".into(), 0), |(pid, name, time)| (name.clone(), used(pid, time)));
        self.seen = now.into_iter().map(|(pid, _, time)| (pid, time)).collect();
        // A clock tick is a hundredth of a second on every Linux.
        let hundredths = u64::try_from(span.as_millis() / 10).unwrap_or(1).max(1);
        Ok((best.0, best.1 * 100 / hundredths))
    }
}

fn load() -> io::Result<f64> {
    let text = fs::read_to_string("/proc/loadavg")?;
    let first = text.split(' ').next().and_then(|word| word.parse().ok());
    first.ok_or_else(|| io::Error::other("no load in /proc/loadavg"))
}

fn free_megabytes() -> io::Result<u64> {
    let text = fs::read_to_string("/proc/meminfo")?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kilobytes.map(|kilobytes| kilobytes / 1024).ok_or_else(|| io::Error::other("no MemAvailable in /proc/meminfo"))
}

/// Number, name and processor time of every process that can be read; those that end meanwhile are left out.
fn processes() -> io::Result<Vec<(u32, String, u64)>> {
    let numbers = fs::read_dir("/proc")?.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    Ok(numbers.filter_map(|pid| process(pid, &fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)).collect())
}

/// `PID (NAME) STATE …`: the name may hold anything, so it ends at the last parenthesis.
fn process(pid: u32, stat: &str) -> Option<(u32, String, u64)> {
    let (start, end) = (stat.find('(')?, stat.rfind(')')?);
    let name = stat[start + 1..end].replace(|c: char| c == ',' || c == '"' || c.is_control(), "_");
    let mut fields = stat[end + 1..].split_whitespace().skip(11).map_while(|field| field.parse::<u64>().ok());
    Some((pid, name, fields.next()? + fields.next()?))
}

fn main() -> ExitCode {
    Pulse::main()
}
