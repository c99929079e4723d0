//! Behind fern's dispatch: takes each record, formats it in the caller's buffer, and hands whole lines to the targets.
//!
//! Until the lock is held nothing may be written to a log file that belongs to another instance, so records wait in
//! memory; a start that fails gives its errors to standard error instead.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use log::{Level, LevelFilter, Log, Metadata, Record};
use once_cell::sync::OnceCell;

use super::careful;
use super::console::{self, Console};
use super::counted::Counted;
use super::file::FileTarget;
use super::opening::{Found, Opening};
use super::record::{self, Source};
use super::{LogTo, Target};
use crate::clock::Wall;
use crate::error::Error;
use crate::guard::guarded;
use crate::sys::{clock, cut, process, reserve};

/// The name of the log file is asked for again when the wall clock enters another such span, in seconds.
const ASK_EVERY: u64 = 300;
/// Records kept before the targets are open; a start that logs more than this loses the oldest.
const KEPT: usize = 1000;
/// How long the end waits for a slow reader of standard output.
const LAST_WAIT: Duration = Duration::from_millis(500);

pub(super) static SINK: OnceCell<Sink> = OnceCell::new();
/// The span in which the file name was last asked for.
static SPAN: AtomicU64 = AtomicU64::new(u64::MAX);

thread_local! {
    /// Message and lines of the record in work. Taken out while in use, so that a `Display` that logs gets its own.
    static BUFFERS: RefCell<(String, Vec<u8>)> = const { RefCell::new((String::new(), Vec::new())) };
}

pub(super) struct Sink {
    pub(super) pid: u32,
    /// In a worker: the label of all records.
    name: OnceCell<String>,
    state: Mutex<State>,
}

#[derive(Default)]
pub(super) struct State {
    /// Records from before the targets were open.
    early: Vec<(Level, Vec<u8>)>,
    pub(super) opened: bool,
    /// The file that the image before a restart in place has used, until the targets are open.
    pub(super) old: Option<(PathBuf, OwnedFd)>,
    to: Option<LogTo>,
    /// What relative names count from.
    base: PathBuf,
    pub(super) path: Option<PathBuf>,
    pub(super) file: Option<Counted<FileTarget>>,
    console: Option<Counted<Console>>,
    /// A file of another name could not be opened, which was told.
    stuck: bool,
    /// In a worker: the line to the daemon, instead of the others.
    relay: Option<Counted<Box<dyn Target>>>,
}

impl Sink {
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        // No code of others runs under the lock; a panic of ours in there left whole lines at worst unwritten.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, level: Level, lines: &[u8], wall: Wall) {
        if wall.seconds() / ASK_EVERY != SPAN.load(Ordering::Relaxed) {
            self.ask_again(wall);
        }
        let mut state = self.state();
        if !state.opened {
            if state.early.len() == KEPT {
                state.early.remove(0);
            }
            state.early.push((level, lines.to_vec()));
            return;
        }
        state.write(lines, self.pid);
    }

    /// A new five-minute span: the file may have a new name. The author's function runs while nothing is locked.
    #[cold]
    fn ask_again(&self, wall: Wall) {
        let span = wall.seconds() / ASK_EVERY;
        if SPAN.swap(span, Ordering::Relaxed) == span {
            return;
        }
        let to = self.state().to.clone().filter(LogTo::varies);
        // The author's function may panic; whoever logs right now must not suffer from it.
        let Ok(Some(path)) = guarded(|| Ok(to.and_then(|to| to.path(wall)))) else {
            return;
        };
        let path = self.state().base.join(path);
        if self.state().path.as_ref() == Some(&path) {
            return;
        }
        let _lent = reserve::lend();
        match careful::open(&path) {
            Ok(file) => {
                let mut state = self.state();
                cut::log_file(Some(file.fd()));
                state.stuck = false;
                // What the old file has lost is told in the new one.
                state.file = Some(match state.file.take() {
                    Some(old) => old.replaced_by(file),
                    None => Counted::new(file),
                });
                state.path = Some(path);
            }
            // The old file still works; better there than nowhere. Once told is enough.
            Err(error) if !std::mem::replace(&mut self.state().stuck, true) => {
                log::warn!(target: "daemon", "can not open the log {}: {error}; staying with the old one", path.display())
            }
            Err(_) => {}
        }
    }
}

impl State {
    /// What has waited for the targets.
    pub(super) fn write_early(&mut self, pid: u32) {
        for (_, lines) in std::mem::take(&mut self.early) {
            self.write(&lines, pid);
        }
    }

    pub(super) fn write(&mut self, lines: &[u8], pid: u32) {
        if let Some(file) = &mut self.file {
            file.write(lines, pid);
        }
        if let Some(console) = &mut self.console {
            console.write(lines, pid);
        }
        if let Some(relay) = &mut self.relay {
            relay.write(lines, pid);
        }
    }
}

impl Log for Sink {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        let (mut message, mut lines) = BUFFERS.try_with(RefCell::take).unwrap_or_default();
        message.clear();
        lines.clear();
        let wall = clock::wall();
        // The author's `Display` runs here: it may log, or panic, and holds up nobody.
        let _ = write!(message, "{}", record.args());
        let target = self.name.get().map_or(record.target(), String::as_str);
        let source = Source { wall, pid: self.pid, target, level: record.level() };
        record::write(&mut lines, source, &message);
        self.take(record.level(), &lines, wall);
        let _ = BUFFERS.try_with(|buffers| *buffers.borrow_mut() = (message, lines));
    }

    fn flush(&self) {
        drain();
    }
}

/// What fern gets: the sink itself lives for ever.
struct Door;

impl Log for Door {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        SINK.get().is_some_and(|sink| sink.enabled(metadata))
    }

    fn log(&self, record: &Record<'_>) {
        if let Some(sink) = SINK.get() {
            sink.log(record);
        }
    }

    fn flush(&self) {
        drain();
    }
}

pub(super) fn sink() -> &'static Sink {
    SINK.get_or_init(|| Sink { pid: process::pid(), name: OnceCell::new(), state: Mutex::default() })
}

/// Becomes the process's logger; records wait in memory until [`open`]. `verbose` lets `debug!` through.
///
/// Says no when the program has a logger already: then that one keeps all records.
pub(crate) fn install(verbose: bool) -> Result<(), log::SetLoggerError> {
    sink();
    let level = if verbose { LevelFilter::Debug } else { LevelFilter::Info };
    let door: Box<dyn Log> = Box::new(Door);
    fern::Dispatch::new().level(level).chain(door).apply()
}

/// Opens the targets and writes what has waited: the file as declared, and standard output when there is no file, when
/// it can not be opened, or when `verbose`. A file that root must not open for its later user stays closed, and records
/// go on waiting: open once more as that user. What is open already stays so.
pub(crate) fn open(opening: Opening<'_>) -> Result<(), Error> {
    let Some(sink) = SINK.get() else { return Ok(()) };
    let wall = clock::wall();
    let Opening { to, base, verbose, detached, owner } = opening;
    // Root opens no other file by itself later.
    let to = owner.is_none().then(|| to.clone());
    if sink.state().opened {
        sink.state().to = to;
        return Ok(());
    }
    SPAN.store(wall.seconds() / ASK_EVERY, Ordering::Relaxed);
    // A function of the author's names the file, and may panic: the old one is not taken before that.
    let found = opening.find(wall, || sink.state().old.take())?;
    let Some(Found { file, trouble, stuck }) = found else { return Ok(()) };
    let mut state = sink.state();
    (state.path, state.file) = file.map(|(path, file)| (path, Counted::new(file))).unzip();
    if (verbose || state.file.is_none()) && !detached {
        state.console = Console::new(io::stdout().as_fd()).ok().map(Counted::new);
    }
    cut::log_file(state.file.as_ref().map(|file| file.target.fd()));
    cut::console(state.console.as_ref().map(|console| console.target.fd()));
    state.old = None;
    (state.to, state.stuck, state.opened) = (to, stuck, true);
    base.clone_into(&mut state.base);
    state.write_early(sink.pid);
    drop(state);
    if let Some(trouble) = trouble {
        log::warn!(target: "daemon", "{trouble}");
    }
    Ok(())
}

/// The log file, for an image that may not be able to open one.
pub(crate) fn in_use() -> Option<(PathBuf, OwnedFd)> {
    let state = SINK.get()?.state();
    Some((state.path.clone()?, state.file.as_ref()?.target.duplicate().ok()?))
}

/// In a worker: from now on all records go this way, under the name of its pool.
#[cfg(feature = "workers")]
pub(crate) fn relay(to: Box<dyn Target>, name: &str) {
    let Some(sink) = SINK.get() else { return };
    let _ = sink.name.set(name.to_owned());
    let mut state = sink.state();
    state.relay = Some(Counted::new(to));
    state.opened = true;
    state.write_early(sink.pid);
}

/// Takes whole lines that a worker wrote.
#[cfg(feature = "workers")]
pub(crate) fn pass_on(lines: &[u8]) {
    if let Some(sink) = SINK.get() {
        sink.take(Level::Info, lines, clock::wall());
    }
}

/// The log file in use.
pub(crate) fn shown_path() -> Option<PathBuf> {
    SINK.get()?.state().path.clone()
}

/// Whether a slow reader still has to take something, and behind which descriptor. `watch` runs under the sink's lock
/// and may not log.
pub(crate) fn unsent<R>(watch: impl FnOnce(BorrowedFd<'_>) -> R) -> Option<R> {
    if !console::is_behind() {
        return None;
    }
    let state = SINK.get()?.state();
    let console = state.console.as_ref()?;
    console.target.unsent().map(watch)
}

/// Tries once more to send what slow readers have not taken.
pub(crate) fn drain() {
    if let Some(sink) = SINK.get()
        && let Some(console) = &mut sink.state().console
    {
        console.drain(sink.pid);
    }
}

/// The last thing before the end: gives a slow reader half a second, or less when `hurry` says so. Says whether all of
/// the log could be seen where standard error goes, so that the reason for the end need not be said again.
pub(crate) fn close(hurry: impl Fn() -> bool) -> bool {
    let Some(sink) = SINK.get() else { return false };
    let end = Instant::now() + LAST_WAIT;
    let mut state = sink.state();
    state.fall_back(sink.pid);
    let Some(console) = &mut state.console else { return false };
    // Also what is told about losses must go out, and may have to wait for room.
    let all = loop {
        if console.drain(sink.pid) {
            break true;
        }
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() || hurry() {
            break false;
        }
        // A signal ends the wait, and may be one that hurries.
        console.target.wait(u16::try_from(left.as_millis()).unwrap_or(u16::MAX).max(1));
    };
    all && console.target.is_alive() && outputs_are_one()
}

/// Whether standard output and standard error lead to the same file: then what is said on one need not be said on the
/// other.
fn outputs_are_one() -> bool {
    let place = |fd: BorrowedFd<'_>| nix::sys::stat::fstat(fd).map(|stat| (stat.st_dev, stat.st_ino));
    matches!((place(io::stdout().as_fd()), place(io::stderr().as_fd())), (Ok(out), Ok(err)) if out == err)
}
