//! Ends all of a sudden: `--end` says how, `--at` in which part of its life. Keeps a journal of it in the log.

use std::fs::OpenOptions;
use std::hint::black_box;
use std::io::Write;

use daemon_core::prelude::*;

struct Sudden {
    ticks: u64,
}

/// Panics when it goes, which is one panic too many while another one unwinds.
struct Late;

impl Drop for Late {
    fn drop(&mut self) {
        panic!("a second panic");
    }
}

/// Ends where it is told to.
#[daemon(name = "sudden", interval = "1ms")]
impl Sudden {
    /// How to end: exit, _exit, panic, overflow, fault, memory or kill
    #[option]
    fn end(text: &str) -> Result<String> {
        Ok(text.to_owned())
    }

    /// Where: setup, tick, shutdown or drop
    #[option]
    fn at(text: &str) -> Result<String> {
        Ok(text.to_owned())
    }

    /// In setup, fork a process that keeps all descriptors, and write its number to this file
    #[option]
    fn hold(text: &str) -> Result<String> {
        Ok(text.to_owned())
    }

    #[setup]
    fn open(cx: &Context) -> Result<Self> {
        log::info!("set up");
        if let Some(path) = cx.option(Self::hold) {
            hold(path)?;
        }
        here(cx, "setup");
        Ok(Self { ticks: 0 })
    }

    #[execute]
    fn tick(&mut self, cx: &Context) {
        self.ticks += 1;
        if self.ticks == 3 {
            here(cx, "tick");
        }
    }

    #[on(shutdown)]
    fn leave(&self, cx: &Context) {
        log::info!("leaving");
        here(cx, "shutdown");
    }
}

impl Drop for Sudden {
    fn drop(&mut self) {
        log::info!("dropped");
    }
}

/// Ends if this is the place.
fn here(cx: &Context, place: &str) {
    if cx.option(Sudden::at).is_some_and(|at| at == place) {
        end(cx.option(Sudden::end).map_or("exit", String::as_str));
    }
}

#[allow(clippy::exit, reason = "what an author must not do is what is tested")]
fn end(how: &str) {
    no_core_dump();
    match how {
        "exit" => std::process::exit(3),
        // SAFETY: ends the process; nothing is touched.
        "_exit" => unsafe { libc::_exit(3) },
        "panic" => {
            let _late = Late;
            panic!("a first panic");
        }
        "overflow" => {
            black_box(deeper(1));
        }
        // SAFETY: it is not safe: that is the fault.
        "fault" => unsafe { black_box(std::ptr::without_provenance_mut::<u8>(8)).write_volatile(1) },
        "memory" => drop(black_box(vec![1u8; 1 << 46])),
        // SAFETY: no memory is passed.
        "kill" => unsafe {
            libc::raise(libc::SIGKILL);
        },
        other => log::error!("unknown end {other}"),
    }
}

/// Never comes back: each call keeps a page of the stack.
#[allow(unconditional_recursion, reason = "that is the fault")]
fn deeper(depth: u64) -> u64 {
    let page = black_box([depth; 512]);
    deeper(depth + 1) + page[511]
}

fn no_core_dump() {
    let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the limit is read only.
    unsafe {
        libc::setrlimit(libc::RLIMIT_CORE, &raw const none);
    }
}

/// A bare fork, which keeps what is close-on-exec as well.
fn hold(path: &str) -> Result<()> {
    // SAFETY: one thread; the child does nothing but sleep, and not for ever if nobody ends it.
    let child = unsafe { libc::fork() };
    if child == 0 {
        // SAFETY: neither touches memory; the signal of the alarm kills.
        unsafe {
            libc::signal(libc::SIGALRM, libc::SIG_DFL);
            libc::alarm(300);
            loop {
                libc::pause();
            }
        }
    }
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    Ok(file.write_all(child.to_string().as_bytes())?)
}

fn main() -> ExitCode {
    Sudden::main()
}
