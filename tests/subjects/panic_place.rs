//! Fails in the place that `PLACE` names, with the payload that `PAYLOAD` names, and keeps a journal of its life in the
//! file `JOURNAL`. Without a place it runs to its own end.

use std::any::Any;
use std::fmt;
use std::fs::OpenOptions;
use std::io::Write;
use std::panic::panic_any;
use std::path::PathBuf;

use daemon_core::prelude::*;
use daemon_tests::asked;

struct Placed {
    iterations: u64,
}

/// A payload that does not go quietly; `again` times it throws itself once more.
struct Bomb {
    again: u32,
}

impl Drop for Bomb {
    fn drop(&mut self) {
        if self.again > 0 {
            panic_any(Self { again: self.again - 1 });
        }
    }
}

fn payload() -> Box<dyn Any + Send> {
    match asked::<String>("PAYLOAD").unwrap_or_default().as_str() {
        "string" => Box::new(String::from("a text in a String")),
        "number" => Box::new(42),
        "bomb" => Box::new(Bomb { again: 1 }),
        "bombs" => Box::new(Bomb { again: 3 }),
        _ => Box::new("a text"),
    }
}

/// Fails if this is the place.
fn here(place: &str) {
    journal(place);
    if asked::<String>("PLACE").is_some_and(|wanted| wanted == place) {
        fail();
    }
}

fn fail() -> ! {
    match payload().downcast::<&str>() {
        Ok(text) => panic_any(*text),
        Err(other) => match other.downcast::<String>() {
            Ok(text) => panic_any(*text),
            Err(other) => match other.downcast::<Bomb>() {
                Ok(bomb) => panic_any(*bomb),
                Err(_) => panic_any(42),
            },
        },
    }
}

fn journal(line: &str) {
    let Some(path) = asked::<PathBuf>("JOURNAL") else {
        return;
    };
    if let Ok(mut file) = OpenOptions::new().append(true).create(true).open(path) {
        let _ = file.write_all(format!("{line}\n").as_bytes());
    }
}

/// An error that fails while it is printed, or while it goes.
#[derive(Debug)]
struct Faulty;

impl fmt::Display for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        here("error's Display");
        f.write_str("an error that was asked for")
    }
}

impl Drop for Faulty {
    fn drop(&mut self) {
        here("error's Drop");
    }
}

impl std::error::Error for Faulty {}

struct Part(&'static str);

impl Plugin for Part {
    fn name(&self) -> String {
        if self.0 == "second" {
            here("plugin name");
        }
        self.0.into()
    }

    fn setup(&mut self, _: &Context) -> Result<()> {
        here(&format!("{} plugin setup", self.0));
        Ok(())
    }

    fn teardown(&mut self, _: &Context) -> Result<()> {
        here(&format!("{} plugin teardown", self.0));
        Ok(())
    }

    fn check_environment(&self, _: &mut Vec<String>) {
        here(&format!("{} plugin check", self.0));
    }

    fn instructions(&self) -> Vec<String> {
        here(&format!("{} plugin instructions", self.0));
        vec![format!("install the {} part", self.0)]
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        here(&format!("{} plugin Drop", self.0));
    }
}

impl Placed {
    fn new(_: &Context) -> Self {
        here("setup");
        Self { iterations: 0 }
    }

    /// Fails or stops in the third iteration, so that everything else had its chance.
    fn execute(&mut self, cx: &Context) -> Result<()> {
        self.iterations += 1;
        match self.iterations {
            1 => nix::sys::signal::raise(nix::sys::signal::SIGUSR2)?,
            2 => nix::sys::signal::raise(nix::sys::signal::SIGUSR1)?,
            3 if asked::<String>("FAILS").is_some() => return Err(Faulty.into()),
            3 => cx.error("an error of no weight"),
            30 => cx.stop(),
            _ => {}
        }
        if self.iterations >= 3 {
            here("execute");
        }
        Ok(())
    }
}

impl Drop for Placed {
    fn drop(&mut self) {
        here("Drop");
    }
}

impl Daemon for Placed {
    fn declare(spec: &mut Spec<Self>) {
        spec.package("panic-place", env!("CARGO_PKG_VERSION"));
        spec.interval(duration!("5ms"));
        spec.log(|| {
            here("log function");
            asked::<PathBuf>("LOG").unwrap_or_else(|| "/dev/stdout".into())
        });
        spec.option("number", |text| {
            here("option");
            text.parse::<u32>()
        });
        spec.plugin(|| Part("first"));
        spec.plugin(|| {
            here("plugin made");
            Part("second")
        });
        spec.setup(Self::new);
        spec.on(Event::init(), |_, _| here("init"));
        spec.on(Event::pre_execute(), |_, _| here("pre_execute"));
        spec.execute(Self::execute);
        spec.on(Event::post_execute(), |_, _| here("post_execute"));
        spec.on(Event::idle(), |_, _| here("idle"));
        spec.on(Signal::USR2, |_, _| here("signal"));
        spec.every(duration!("1ms"), |_, _| here("every"));
        spec.on(Event::error(), |_, _| here("error"));
        spec.on(Event::shutdown(), |_, _| here("shutdown"));
    }
}

fn main() -> ExitCode {
    Placed::main()
}
