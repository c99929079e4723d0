//! The daemon under test, its orders, and its processes.

use std::fs::{self, File};
use std::io::Write;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::path::Path;
use std::process::Command;
use std::rc::Rc;
use std::time::Duration;

use daemon_tests::{Child, Ended, Place, alone, proc, wait_until};
use nix::sys::signal::Signal;

/// The daemon.
const PROGRAM: &str = env!("CARGO_BIN_EXE_worker");

/// A running daemon with workers. When the test is over, all processes of its session are ended.
pub struct Yard {
    child: Option<Child>,
    place: Rc<Place>,
    session: u32,
}

impl Yard {
    /// Starts the daemon with these settings, as variables of its environment.
    pub fn start(settings: &[(&str, &str)]) -> Self {
        let place = Place::new();
        let command = Self::command(PROGRAM, &place, settings);
        let mut yard = Self::spawn(place, command);
        yard.child().wait_started();
        yard
    }

    /// As [`start`](Self::start), with a lock, in a place that several may share.
    pub fn start_locked(place: Rc<Place>, settings: &[(&str, &str)]) -> Self {
        let mut command = Self::command(PROGRAM, &place, settings);
        command.arg("--lock").arg(place.lock());
        let mut yard = Self::spawn(place, command);
        yard.child().wait_started();
        yard
    }

    /// The next daemon on the same lock, started the moment that it is free.
    pub fn successor(&self, settings: &[(&str, &str)]) -> Self {
        wait_free(&self.place.lock());
        Self::start_locked(Rc::clone(&self.place), settings)
    }

    /// The command that starts it, in a session of its own.
    pub fn command(program: &str, place: &Place, settings: &[(&str, &str)]) -> Command {
        let mut command = Command::new(program);
        command.env("YARD", place.path()).envs(settings.iter().copied());
        alone(&mut command);
        command
    }

    /// Starts a prepared command.
    pub fn spawn(place: impl Into<Rc<Place>>, command: Command) -> Self {
        let child = Child::spawn(command);
        Self { session: child.pid(), child: Some(child), place: place.into() }
    }

    /// The program.
    pub const fn program() -> &'static str {
        PROGRAM
    }

    pub fn child(&mut self) -> &mut Child {
        self.child.as_mut().expect("it runs")
    }

    pub fn place(&self) -> &Place {
        &self.place
    }

    /// The daemon's process number, which is its session's, too.
    pub const fn pid(&self) -> u32 {
        self.session
    }

    /// Gives an order.
    pub fn order(&mut self, order: &str) -> &mut Self {
        let file = File::options().create(true).append(true).open(self.place.file("orders"));
        file.and_then(|mut file| file.write_all(format!("{order}\n").as_bytes())).expect("an order");
        self.child().signal(Signal::SIGUSR2);
        self
    }

    /// Orders one call of this fate, and waits for what becomes of it: the line that says so.
    pub fn call(&mut self, number: u64, fate: &str) -> String {
        self.order(&format!("call {number} 1 {fate}"));
        self.wait_ended(number)
    }

    /// Waits for the end of the call of this number.
    pub fn wait_ended(&mut self, number: u64) -> String {
        self.child().wait_for(&format!("ended {number} "))
    }

    /// Waits for the end of any call.
    pub fn wait_ended_in_any_order(&mut self) -> String {
        self.child().wait_for(" ended ")
    }

    /// How the pool stands, in words.
    pub fn view(&mut self) -> String {
        self.order("view");
        self.child().wait_for("view Some(")
    }

    /// The processes that are its children.
    pub fn workers(&self) -> Vec<u32> {
        proc::children(self.session)
    }

    /// Waits until it has so many children that are all ready for calls: they have nothing to do.
    pub fn wait_workers(&self, count: usize) -> Vec<u32> {
        let asleep = |pid: &u32| proc::status(*pid, "State").starts_with('S');
        wait_until(&format!("{count} workers"), || {
            let workers = self.workers();
            workers.len() == count && workers.iter().all(asleep)
        });
        self.workers()
    }

    /// Asks it to stop with TERM, and sees that it ends cleanly and leaves no process behind.
    pub fn stop(mut self) -> Ended {
        self.child().signal(Signal::SIGTERM);
        self.ended()
    }

    /// Waits for its clean end, and sees that it leaves no process behind.
    pub fn ended(mut self) -> Ended {
        let ended = self.child.take().expect("it runs").wait();
        ended.expect_code(0);
        // What a worker had started was killed before the daemon's end, but may take a moment to die.
        wait_until("the end of all processes", || processes(self.session).is_empty());
        assert_eq!(ended.count("times"), 0, "a call that ended more than once: {ended:#?}");
        let sums = sums(&ended);
        if let Some([accepted, returned, failed, pending]) = sums {
            assert_eq!((accepted, pending), (returned + failed, 0), "{ended:#?}");
        }
        ended
    }

    /// Kills the daemon, and waits until the kernel has done so. Its number stays its own.
    pub fn kill(&mut self) {
        self.child().signal(Signal::SIGKILL);
        let session = self.session;
        wait_until("the daemon is dead", || proc::status(session, "State").starts_with('Z'));
    }
}

impl Drop for Yard {
    fn drop(&mut self) {
        // While the daemon is not reaped its number, and so that of its session, is nobody else's.
        for pid in processes(self.session) {
            if pid != self.session && self.child.is_some() {
                kill_surely(pid, |pid| session_of(pid) == Some(self.session));
            }
        }
    }
}

/// Sleeps until nobody holds the lock.
pub fn wait_free(lock: &Path) {
    let file = File::open(lock).expect("the lock");
    // SAFETY: no memory is passed; the lock goes with the descriptor.
    assert_eq!(unsafe { libc::flock(file.as_raw_fd(), libc::LOCK_EX) }, 0);
}

/// The processes of a session that have not ended, without its leader if that has.
pub fn processes(session: u32) -> Vec<u32> {
    let entries = fs::read_dir("/proc").expect("a list of processes").flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(|pid| session_of(*pid) == Some(session)).collect()
}

/// The session of a process that has not ended.
fn session_of(pid: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name before may contain anything.
    let mut fields = stat.rsplit_once(") ")?.1.split(' ');
    let state = fields.next()?;
    let session = fields.nth(2)?.parse().ok()?;
    (!matches!(state, "Z" | "X")).then_some(session)
}

/// Kills a process, if it is the one that is meant: that is asked after the kernel has promised not to take another for it.
/// Whether it was killed.
pub fn kill_surely(pid: u32, is_meant: impl Fn(u32) -> bool) -> bool {
    let Some(pidfd) = pidfd(pid).filter(|_| is_meant(pid)) else { return false };
    // SAFETY: no memory is passed but a null pointer, which is allowed.
    let sent = unsafe {
        libc::syscall(
            libc::SYS_pidfd_send_signal,
            pidfd.as_raw_fd(),
            libc::SIGKILL,
            std::ptr::null::<libc::siginfo_t>(),
            0,
        )
    };
    sent == 0
}

/// A descriptor that means this process and no other.
fn pidfd(pid: u32) -> Option<OwnedFd> {
    // SAFETY: no memory is passed; the kernel just made the descriptor for us.
    unsafe {
        let fd = libc::syscall(libc::SYS_pidfd_open, libc::c_long::from(pid), 0);
        i32::try_from(fd).ok().filter(|fd| *fd >= 0).map(|fd| OwnedFd::from_raw_fd(fd))
    }
}

/// When a process ends, by the monotonic clock; now, if it has ended.
pub fn end_of(pid: u32) -> u64 {
    if let Some(pidfd) = pidfd(pid) {
        let mut asked = libc::pollfd { fd: pidfd.as_raw_fd(), events: libc::POLLIN, revents: 0 };
        // SAFETY: one valid entry, as is said.
        unsafe { libc::poll(&raw mut asked, 1, 60_000) };
        assert!(asked.revents != 0, "process {pid} does not end");
    }
    mono()
}

/// Nanoseconds of the monotonic clock.
pub fn mono() -> u64 {
    let now = nix::time::clock_gettime(nix::time::ClockId::CLOCK_MONOTONIC).expect("a clock");
    now.tv_sec().cast_unsigned() * 1_000_000_000 + now.tv_nsec().cast_unsigned()
}

/// Between two instants.
pub const fn since(earlier: u64, later: u64) -> Duration {
    Duration::from_nanos(later.saturating_sub(earlier))
}

/// The number that follows this text in a line.
pub fn number_after(line: &str, text: &str) -> u64 {
    let rest = line.split_once(text).unwrap_or_else(|| panic!("{text:?} in {line:?}")).1;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or_else(|_| panic!("a number after {text:?} in {line:?}"))
}

/// What it says at its end of all calls: accepted, returned, failed, pending.
pub fn sums(ended: &Ended) -> Option<[u64; 4]> {
    let line = ended.lines.iter().find(|line| line.contains(" Hand: ") && line.contains(" pending"))?;
    Some([
        number_after(line, "Hand: "),
        number_after(line, "calls: "),
        number_after(line, "returned, "),
        number_after(line, "failed, "),
    ])
}

/// How many descriptors a process may have from now on.
pub fn limit_descriptors(pid: u32, soft: u64) {
    let limit = libc::rlimit { rlim_cur: soft, rlim_max: 4096 };
    // SAFETY: the limit lives until after the call; nothing is written.
    let set = unsafe { libc::prlimit(pid.cast_signed(), libc::RLIMIT_NOFILE, &raw const limit, std::ptr::null_mut()) };
    assert_eq!(set, 0, "a limit for process {pid}");
}
