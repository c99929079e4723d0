//! A daemon whose workers, tasks and objects are declared by the attribute. It calls each of them, says what came of it, and stops
//! when all calls have ended.

use std::process;

use daemon_core::prelude::*;
use serde::{Deserialize, Serialize};

/// How many calls it makes.
const CALLS: u32 = 15;

/// A result of a type of one's own.
#[derive(Serialize, Deserialize)]
struct Page {
    pid: u32,
    text: String,
    sizes: Vec<Option<u8>>,
}

#[derive(Default)]
struct Declared {
    ended: u32,
}

#[daemon(workers = [Counter, Made])]
impl Declared {
    #[on(init)]
    fn begin(&self, cx: &Context) -> Result<()> {
        log::info!("daemon {}", process::id());
        cx.call(Self::fetch, ("page ".to_owned(), 2, vec![Some(1), None]))?;
        cx.call(Self::refuse, ())?;
        cx.call(Self::hang, ())?;
        for line in ["one", "two"] {
            cx.task(Self::push, (line.to_owned(),))?;
        }
        for megabytes in [0, 0, 96, 0] {
            cx.call(Self::grow, (megabytes,))?;
        }
        for by in 1..=4 {
            cx.call(Counter::add, (by,))?;
        }
        cx.call(Counter::tell, ())?;
        cx.call(Made::tell, ("!".to_owned(),))?;
        Ok(())
    }

    fn one_more(&mut self, cx: &Context) {
        self.ended += 1;
        if self.ended == CALLS {
            cx.stop();
        }
    }

    #[worker(pool = 2, timeout = "1m")]
    fn fetch(name: String, times: usize, sizes: Vec<Option<u8>>) -> Result<Page> {
        Ok(Page { pid: process::id(), text: name.repeat(times), sizes })
    }

    #[on(returned = fetch)]
    fn fetched(&mut self, cx: &Context, call: &Call, page: Page) {
        let Page { pid, text, sizes } = page;
        log::info!("fetched by {pid} of {:?}: {text}{sizes:?}", call.pid());
        self.one_more(cx);
    }

    #[worker(retries = 2, backoff = "1ms")]
    fn refuse() -> Result<(), String> {
        Err("no".into())
    }

    #[worker(timeout = "50ms", grace = "10s")]
    fn hang() -> Result<()> {
        loop {
            std::thread::park();
        }
    }

    #[on(timed_out = hang)]
    #[on(failed = refuse)]
    fn lost(&mut self, cx: &Context, call: &Call) {
        let why = call.failure().map(ToString::to_string).unwrap_or_default();
        log::info!("{} lost after {} attempts: {why}", call.method(), call.attempts());
        self.one_more(cx);
    }

    #[task(limit = 1)]
    fn push(line: String) -> std::io::Result<(u32, usize)> {
        Ok((process::id(), line.len()))
    }

    #[on(returned = push)]
    fn pushed(&mut self, cx: &Context, _: &Call, (pid, length): (u32, usize)) {
        log::info!("pushed {length} by {pid}");
        self.one_more(cx);
    }

    /// Needs so much memory from now on.
    #[worker(max_memory = 64_000_000)]
    fn grow(megabytes: usize) -> Result<u32> {
        std::mem::forget(vec![1u8; megabytes << 20]);
        Ok(process::id())
    }

    #[on(returned = grow)]
    fn grown(&mut self, cx: &Context, call: &Call, pid: u32) {
        log::info!("grown {} by {pid}", call.id());
        self.one_more(cx);
    }

    #[on(returned = Counter::add)]
    fn added(&mut self, cx: &Context, _: &Call, sum: u64) {
        log::info!("sum {sum}");
        self.one_more(cx);
    }

    #[on(returned = Counter::tell)]
    #[on(returned = Made::tell)]
    fn told(&mut self, cx: &Context, call: &Call, text: String) {
        log::info!("{} told: {text}", call.method());
        self.one_more(cx);
    }
}

/// Keeps a sum from call to call.
struct Counter {
    sum: u64,
    pid: u32,
}

#[worker(pool = 1, spawn = lazy)]
impl Counter {
    #[setup]
    fn open() -> Result<Self> {
        Ok(Self { sum: 100, pid: process::id() })
    }

    #[call]
    fn add(&mut self, by: u64) -> Result<u64> {
        self.sum += by;
        Ok(self.sum)
    }

    #[call]
    fn tell(&mut self) -> Result<String> {
        Ok(format!("made by {}, now {}", self.pid, process::id()))
    }
}

/// Made by `Default`.
#[derive(Default)]
struct Made(String);

#[worker]
impl Made {
    #[call]
    fn tell(&mut self, more: String) -> Result<String> {
        self.0.push_str(&more);
        Ok(self.0.clone())
    }
}

fn main() -> ExitCode {
    Declared::main()
}
