//! The hard cut: a kernel timer that ends the process when code does not come back.
//!
//! Code that loops for ever or waits for ever on the loop's own thread can not be stopped from within. So the kernel sends
//! the reserved signal when the time is up, and its handler says what hangs and ends the process; the kernel gives the locks
//! back. The handler may meet any code at any instruction: it copies bytes that were prepared, calls what may be called in
//! a signal handler, and never waits. Nothing is decided here but which of two moments is the earlier.

use std::cell::UnsafeCell;
use std::ffi::{c_int, c_void};
use std::io;
use std::os::fd::RawFd;
use std::ptr;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, AtomicU64};
use std::time::Duration;

use once_cell::sync::OnceCell;

use super::clock;
use super::in_handler::{Text, put, same_file};
use crate::clock::{Mono, Wall, nanos};
use crate::error::Exit;
use crate::signal::RESERVED;

/// What is said when the process is cut.
pub(crate) struct Notice {
    /// A whole line of the log.
    pub(crate) line: Vec<u8>,
    /// Where in it the message begins.
    pub(crate) message: usize,
    /// Puts another time into the line's stamp; allowed in a signal handler.
    pub(crate) restamp: fn(&mut [u8], Wall),
}

/// What is said, by what the cut comes from.
pub(crate) struct Notices {
    /// The step has had its time.
    pub(crate) step: Option<Notice>,
    /// A stop was asked for while the step ran, and has had its time.
    pub(crate) stop: Option<Notice>,
}

/// No moment at all.
const NEVER: u64 = u64::MAX;
/// If the handler itself hangs, in a write to a dead disk, the kernel kills the process after this long.
const LAST_RESORT: u64 = 1_000_000_000;

/// When `main` began.
static BEGAN: AtomicU64 = AtomicU64::new(0);
/// The daemon's name.
static NAME: OnceCell<String> = OnceCell::new();
/// When the step that runs has had its time.
static STEP: AtomicU64 = AtomicU64::new(NEVER);
/// When a stop that was asked for has had its time, as long as the loop does not know of it.
static STOP: AtomicU64 = AtomicU64::new(NEVER);
/// How long a stop may take.
static STOP_TIMEOUT: AtomicU64 = AtomicU64::new(NEVER);
/// What the timer is set to.
static SET: AtomicU64 = AtomicU64::new(NEVER);
/// The timer of the cut, and the one that kills; there are none before [`READY`].
static TIMER: AtomicPtr<c_void> = AtomicPtr::new(ptr::null_mut());
static KILLER: AtomicPtr<c_void> = AtomicPtr::new(ptr::null_mut());
static READY: AtomicBool = AtomicBool::new(false);
/// What is said; owned by whoever swaps it out.
static NOTICES: AtomicPtr<Notices> = AtomicPtr::new(ptr::null_mut());
/// A handler has the notices in its hands.
static READING: AtomicBool = AtomicBool::new(false);
/// A handler is ending the process.
static ENDING: AtomicBool = AtomicBool::new(false);
/// What it puts together: not on the stack, of which there may be little.
static TEXT: Page = Page(UnsafeCell::new(Text::new()));
/// Where it is said: the log file, the second hold of standard output, the line to the launcher; -1 for none.
static FILE: AtomicI32 = AtomicI32::new(-1);
static CONSOLE: AtomicI32 = AtomicI32::new(-1);
static LAUNCHER: AtomicI32 = AtomicI32::new(-1);

/// Memory for whoever has [`ENDING`].
struct Page(UnsafeCell<Text>);

// SAFETY: `cut` alone touches it, and only after it has taken `ENDING`, which nobody gives back who has touched it.
unsafe impl Sync for Page {}

/// Remembers when `main` began.
pub(crate) fn begin() {
    BEGAN.store(clock::mono().0, SeqCst);
}

/// When `main` began.
pub(crate) fn began() -> Mono {
    Mono(BEGAN.load(SeqCst))
}

/// The name that stands before what is said on standard error.
pub(crate) fn called(name: &str) {
    let _ = NAME.set(name.to_owned());
}

/// Where the log file is open, if there is one. Tell a new one before the old one is closed.
pub(crate) fn log_file(fd: Option<RawFd>) {
    FILE.store(fd.unwrap_or(-1), SeqCst);
}

/// Where standard output can be written to, if the log goes there.
pub(crate) fn console(fd: Option<RawFd>) {
    CONSOLE.store(fd.unwrap_or(-1), SeqCst);
}

/// The line to a launcher that still waits.
pub(crate) fn launcher(fd: Option<RawFd>) {
    LAUNCHER.store(fd.unwrap_or(-1), SeqCst);
}

/// From now on a stop may take this long, counted by [`stop_asked`]; zero for no limit.
pub(crate) fn stop_within(longest: Duration) {
    STOP_TIMEOUT.store(if longest.is_zero() { NEVER } else { nanos(longest) }, SeqCst);
}

/// A stop was asked for. Allowed in a signal handler: the loop may be stuck in a hook and never hear of it.
pub(crate) fn stop_asked(at: Mono) {
    let longest = STOP_TIMEOUT.load(SeqCst);
    if longest != NEVER {
        STOP.store(at.0.saturating_add(longest), SeqCst);
        set_if_needed();
    }
}

/// From now on the process is cut at `at`, `None` for not, and says this.
///
/// # Errors
/// When the kernel has no timer for us; then nothing is cut.
pub(crate) fn arm(at: Option<Mono>, notices: Notices) -> io::Result<()> {
    install()?;
    STEP.store(NEVER, SeqCst);
    publish(Box::into_raw(Box::new(notices)));
    STEP.store(at.map_or(NEVER, |at| at.0), SeqCst);
    set_if_needed();
    Ok(())
}

/// The step that ran has ended in time.
pub(crate) fn disarm() {
    STEP.store(NEVER, SeqCst);
    set_if_needed();
}

/// Nothing is cut any more.
pub(crate) fn end() {
    STOP_TIMEOUT.store(NEVER, SeqCst);
    STOP.store(NEVER, SeqCst);
    disarm();
}

/// Puts new notices in place of the old ones, which may be in the hands of a handler on another thread: that one is about
/// to end the process, or lets them go.
fn publish(notices: *mut Notices) {
    let old = NOTICES.swap(notices, SeqCst);
    while READING.load(SeqCst) {
        std::thread::yield_now();
    }
    if !old.is_null() {
        // SAFETY: it came from `Box::into_raw`, nobody can load it any more, and no handler holds it.
        drop(unsafe { Box::from_raw(old) });
    }
}

/// The handler and the timers, once.
fn install() -> io::Result<()> {
    if READY.load(SeqCst) {
        return Ok(());
    }
    // SAFETY: all zeroes is a valid `sigaction`, and the fields that matter are filled before use; the handler keeps to
    // what is allowed in one.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = on_time as extern "C" fn(c_int) as usize;
        action.sa_flags = libc::SA_RESTART;
        libc::sigfillset(&raw mut action.sa_mask);
        check(libc::sigaction(RESERVED, &raw const action, ptr::null_mut()))?;
    }
    TIMER.store(timer(RESERVED)?, SeqCst);
    KILLER.store(timer(libc::SIGKILL)?, SeqCst);
    // SAFETY: the set is filled before it is used, and only used here.
    unsafe {
        let mut set: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&raw mut set);
        libc::sigaddset(&raw mut set, RESERVED);
        libc::pthread_sigmask(libc::SIG_UNBLOCK, &raw const set, ptr::null_mut());
    }
    READY.store(true, SeqCst);
    Ok(())
}

/// A timer that sends this signal to the process. Children do not inherit it, and an exec deletes it.
fn timer(signal: c_int) -> io::Result<libc::timer_t> {
    let mut timer: libc::timer_t = ptr::null_mut();
    // SAFETY: all zeroes is a valid `sigevent`; the kernel reads it and writes the timer, both for the call only.
    unsafe {
        let mut event: libc::sigevent = std::mem::zeroed();
        event.sigev_notify = libc::SIGEV_SIGNAL;
        event.sigev_signo = signal;
        check(libc::timer_create(libc::CLOCK_MONOTONIC, &raw mut event, &raw mut timer))?;
    }
    Ok(timer)
}

fn check(outcome: c_int) -> io::Result<()> {
    if outcome == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// The moment of the cut, as things stand.
fn wanted() -> u64 {
    STEP.load(SeqCst).min(STOP.load(SeqCst))
}

/// Sets the timer to the moment of the cut. A handler may change that moment in between, on this or another thread, and
/// sets the timer itself then: whoever comes last has seen what both wanted.
fn set_if_needed() {
    if !READY.load(SeqCst) || SET.load(SeqCst) == wanted() {
        return;
    }
    loop {
        let at = wanted();
        set(&TIMER, at);
        SET.store(at, SeqCst);
        if at == wanted() {
            return;
        }
    }
}

/// Sets a timer to an instant of the monotonic clock; [`NEVER`] stops it. Allowed in a signal handler.
fn set(timer: &AtomicPtr<c_void>, at: u64) {
    // A zero would stop it; one nanosecond after boot is as much in the past.
    let at = if at == NEVER { 0 } else { at.max(1) };
    // SAFETY: all zeroes is a valid `itimerspec`; the timer was made by `timer` and is never deleted.
    unsafe {
        let mut spec: libc::itimerspec = std::mem::zeroed();
        spec.it_value.tv_sec = libc::time_t::try_from(at / 1_000_000_000).unwrap_or(libc::time_t::MAX);
        #[allow(clippy::cast_possible_truncation, reason = "less than a thousand million")]
        let rest = (at % 1_000_000_000) as libc::c_long;
        spec.it_value.tv_nsec = rest;
        libc::timer_settime(timer.load(SeqCst), libc::TIMER_ABSTIME, &raw const spec, ptr::null_mut());
    }
}

/// The time is up, or was: the timer may have been set anew while its signal was on its way.
extern "C" fn on_time(_: c_int) {
    // SAFETY: the location of this thread's errno is always there to be read and written.
    let errno = unsafe { *libc::__errno_location() };
    SET.store(NEVER, SeqCst);
    READING.store(true, SeqCst);
    let now = clock::mono().0;
    // SAFETY: whoever swaps the notices out waits for `READING` before it drops them.
    let notices = unsafe { NOTICES.load(SeqCst).as_ref() };
    let due = now >= wanted();
    if let (true, Some(notices)) = (due, notices) {
        cut(notices, now);
    }
    READING.store(false, SeqCst);
    // Due and nothing to say: the loop is about to say what runs, and sets the timer then.
    if !due {
        set_if_needed();
    }
    // SAFETY: as above.
    unsafe { *libc::__errno_location() = errno };
}

/// Says it and ends the process.
fn cut(notices: &Notices, now: u64) {
    // Another thread's handler is at it already.
    if ENDING.swap(true, SeqCst) {
        return;
    }
    let notice = match (&notices.step, &notices.stop) {
        (Some(step), _) if STEP.load(SeqCst) <= now => step,
        (step, stop) => match stop.as_ref().or(step.as_ref()) {
            Some(notice) => notice,
            None => return ENDING.store(false, SeqCst),
        },
    };
    set(&KILLER, now.saturating_add(LAST_RESORT));
    let (file, console, launcher) = (FILE.load(SeqCst), CONSOLE.load(SeqCst), LAUNCHER.load(SeqCst));
    let message = notice.line.get(notice.message..).unwrap_or_default();
    // SAFETY: `ENDING` lets one thread come here, once.
    let text = unsafe { &mut *TEXT.0.get() };
    text.set(&[&notice.line]);
    (notice.restamp)(text.get_mut(), clock::wall());
    put(file, text.get());
    put(console, text.get());
    // As every other reason for the end: on standard error too, unless that is where the console is.
    if !same_file(console, libc::STDERR_FILENO) {
        text.set(&[NAME.get().map_or(&[], |name| name.as_bytes()), b": ", message]);
        put(libc::STDERR_FILENO, text.get());
    }
    let code = Exit::Software.code();
    if launcher >= 0 {
        // As `launch` reads it.
        let number = [b'0' + code / 10, b'0' + code % 10, b'\n'];
        text.set(&[b"failed ", &number, message.strip_suffix(b"\n").unwrap_or(message)]);
        put(launcher, text.get());
        // SAFETY: no memory is passed.
        unsafe { libc::shutdown(launcher, libc::SHUT_WR) };
    }
    // SAFETY: ends the process without running anything of it.
    unsafe { libc::_exit(c_int::from(code)) }
}
