//! A daemon that holds a lock, does things to it that must not matter, and says what happens.

use std::convert::Infallible;
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use daemon_core::prelude::*;

/// What a tick does, as asked on the command line.
struct Holder {
    act: Option<String>,
    go: Option<PathBuf>,
    lock: Option<PathBuf>,
    /// Where the time of holding is written, for the one who looks for overlaps.
    record: Option<File>,
    ticks: u64,
}

fn act(name: &str) -> Result<String, Infallible> {
    Ok(name.to_owned())
}

fn go(path: &str) -> Result<PathBuf, Infallible> {
    Ok(path.into())
}

fn file(path: &str) -> Result<PathBuf, Infallible> {
    Ok(path.into())
}

fn record(path: &str) -> Result<PathBuf, Infallible> {
    Ok(path.into())
}

impl Holder {
    fn open(cx: &Context) -> Result<Self> {
        log::info!("held at {}", cx.now().mono.0);
        let append = |path: &PathBuf| File::options().append(true).open(path);
        let mut holder = Self {
            act: cx.option(act).cloned(),
            go: cx.option(go).cloned(),
            lock: cx.option(file).cloned(),
            record: cx.option(record).map(append).transpose()?,
            ticks: 0,
        };
        holder.note(cx, "start")?;
        Ok(holder)
    }

    /// One `write` to a file opened for appending, so that lines of several processes never mix.
    fn note(&mut self, cx: &Context, what: &str) -> Result<()> {
        let line = format!("{what} {} {}\n", cx.now().mono.0, std::process::id());
        match &mut self.record {
            Some(record) => Ok(record.write_all(line.as_bytes())?),
            None => Ok(()),
        }
    }

    fn tick(&mut self) -> Result<()> {
        self.ticks += 1;
        log::info!("tick {} begins", self.ticks);
        while self.go.as_ref().is_some_and(|go| !go.exists()) {
            std::thread::sleep(Duration::from_millis(1));
        }
        match self.act.as_deref() {
            Some("reopen") => self.reopen()?,
            Some("duplicate") => self.duplicate()?,
            Some("fork") => fork_and_close(),
            Some("spawn") => {
                Command::new("true").status()?;
            }
            Some("sleeper") if self.ticks == 1 => start_sleeper()?,
            _ => {}
        }
        log::info!("tick {} ends", self.ticks);
        Ok(())
    }

    /// Opens the lock file in every way and closes it again.
    fn reopen(&self) -> Result<()> {
        let Some(lock) = &self.lock else {
            return Ok(());
        };
        drop(File::open(lock)?);
        drop(File::options().write(true).open(lock)?);
        drop(File::options().read(true).write(true).custom_flags(libc::O_CLOEXEC).open(lock)?);
        drop(fs::read(lock)?);
        Ok(())
    }

    /// Duplicates every descriptor on the lock file, the holding one among them, and closes the duplicates.
    fn duplicate(&self) -> Result<()> {
        let mut found = 0;
        for entry in fs::read_dir("/proc/self/fd")?.flatten() {
            let number = entry.file_name().to_string_lossy().parse::<i32>()?;
            if fs::read_link(entry.path()).ok() != self.lock {
                continue;
            }
            // SAFETY: no memory is passed; what is closed is the duplicate that was just made.
            unsafe {
                let copy = libc::dup(number);
                libc::close(copy);
            }
            found += 1;
        }
        log::info!("duplicated {found}");
        Ok(())
    }
}

/// A child without exec has all our descriptors: it closes them one by one and ends.
fn fork_and_close() {
    // SAFETY: the child only closes descriptors and ends, both of which are allowed after a fork.
    unsafe {
        let child = libc::fork();
        if child == 0 {
            for number in 0..1024 {
                libc::close(number);
            }
            libc::_exit(0);
        }
        libc::waitpid(child, std::ptr::null_mut(), 0);
    }
}

/// A child that outlives us, as users start them.
#[allow(clippy::zombie_processes, reason = "that it stays behind is what is tested")]
fn start_sleeper() -> Result<()> {
    let child =
        Command::new("sleep").arg("600").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    log::info!("child {}", child.id());
    Ok(())
}

impl Daemon for Holder {
    fn declare(spec: &mut Spec<Self>) {
        spec.package(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
        spec.name("holder");
        spec.interval(duration!("20ms"));
        spec.option("act", act);
        spec.option("go", go);
        spec.option("file", file);
        spec.option("record", record);
        spec.setup(Self::open);
        spec.execute(|daemon, _| daemon.tick());
        spec.on(Event::lock_lost(), |_, cx| {
            log::info!("event {:?}", cx.cause());
        });
        spec.on(Event::shutdown(), |daemon, cx| {
            log::info!("shutdown");
            daemon.note(cx, "end")
        });
    }
}

fn main() -> ExitCode {
    Holder::main()
}
