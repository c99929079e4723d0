//! A daemon that declares a user, and does what only the user before could do. `privileged_other` declares another one.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::fd::AsRawFd;
use std::process::{Child, Command};

use daemon_core::prelude::*;
use daemon_tests::asked;

/// Whom this program declares.
const USER: &str = if env!("CARGO_BIN_NAME").len() == "privileged".len() { "nobody" } else { "daemon" };

struct Privileged {
    /// A command that a hook has started.
    child: Option<Child>,
    ticks: u64,
}

impl Privileged {
    /// Tries to read the files that `PROBE` names.
    fn probe(&mut self) {
        self.ticks += 1;
        if let Some(path) = asked::<String>("PROBE") {
            for path in path.split(':') {
                log::info!("probe {path}: {}", if File::open(path).is_ok() { "readable" } else { "refused" });
            }
        }
        if asked("ABORT") == Some(self.ticks) {
            std::process::abort();
        }
    }
}

impl Drop for Privileged {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Appends to the file that `LIST` names what `place` of this process, in this role, has open, and its core limit.
fn list(place: &str) {
    let Some(path) = asked::<String>("LIST") else { return };
    let open: Vec<_> =
        fs::read_dir("/proc/self/fd").expect("descriptors").flatten().map(|entry| entry.path()).collect();
    let leads = open.iter().filter_map(|path| fs::read_link(path).ok());
    // The one that the listing itself has used leads nowhere now.
    let shown: Vec<_> = leads.map(|path| path.display().to_string()).filter(|path| !path.contains("/fd")).collect();
    let limits = fs::read_to_string("/proc/self/limits").expect("limits");
    let core = limits.lines().find(|line| line.starts_with("Max core")).expect("a limit").to_owned();
    let line = format!("{place} {} | {core}\n", shown.join("\t"));
    let mut file = OpenOptions::new().append(true).open(path).expect("a list");
    file.write_all(line.as_bytes()).expect("written");
}

/// What a careless library does: a descriptor that every command inherits.
fn leak() {
    if asked::<u8>("LEAK").is_some() {
        let file = File::open("/etc/passwd").expect("a file");
        // SAFETY: no memory is passed.
        unsafe { libc::dup(file.as_raw_fd()) };
    }
}

impl Daemon for Privileged {
    fn declare(spec: &mut Spec<Self>) {
        list("declare");
        spec.package("privileged", env!("CARGO_PKG_VERSION"));
        spec.user(USER);
        spec.interval(duration!("10ms"));
        spec.setup(|_| {
            leak();
            let child = asked::<String>("CHILD").map(|program| Command::new(program).arg("1000").spawn());
            log::info!("set up {}", env!("CARGO_BIN_NAME"));
            child.transpose().map(|child| Self { child, ticks: 0 })
        });
        spec.execute(|daemon, _| daemon.probe());
    }
}

/// What an unfortunate library does: a thread before `main`.
extern "C" fn before_main() {
    match asked::<String>("THREAD").as_deref() {
        Some("library") => {
            std::thread::spawn(|| {
                loop {
                    std::thread::park();
                }
            });
        }
        Some("raw") => raw_thread(),
        _ => {}
    }
}

/// A thread that the C library knows nothing of: it is not told when the others become another user.
fn raw_thread() {
    extern "C" fn wait(_: *mut libc::c_void) -> libc::c_int {
        loop {
            // SAFETY: no memory is passed, and no memory of this thread's own is used: it has none.
            unsafe { libc::syscall(libc::SYS_pause) };
        }
    }
    const STACK: usize = 64 * 1024;
    let stack = Box::leak(vec![0u128; STACK / 16].into_boxed_slice());
    let flags = libc::CLONE_VM | libc::CLONE_FS | libc::CLONE_FILES | libc::CLONE_SIGHAND | libc::CLONE_THREAD;
    // SAFETY: the stack is its own and never given back, and what runs on it only waits.
    let thread = unsafe { libc::clone(wait, stack.as_mut_ptr_range().end.cast(), flags, std::ptr::null_mut()) };
    assert!(thread > 0, "no thread");
}

#[used]
#[unsafe(link_section = ".init_array")]
static BEFORE_MAIN: extern "C" fn() = before_main;

pub(crate) fn main() -> ExitCode {
    list("main");
    Privileged::main()
}
