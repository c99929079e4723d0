//! A daemon with workers that does what a test orders: calls with fates, in bulk or one by one. What becomes of each call it
//! says in the log.
//!
//! Orders are lines of the file `orders` in the directory that `YARD` names; USR2 says that there are new ones.

mod bulk;
mod fate;
mod hand;
mod line;

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;

use daemon_core::prelude::*;
use daemon_core::worker::{Call, Refused, Spawn};
use daemon_tests::asked;

use bulk::Bulk;
use hand::{Hand, Value};

/// The directory that the test, the daemon and its workers share.
fn yard() -> PathBuf {
    asked::<PathBuf>("YARD").expect("YARD names a directory")
}

/// What the daemon knows of its calls.
#[derive(Default)]
struct Yard {
    /// Lines of orders that were obeyed.
    obeyed: usize,
    /// How often each call was told to have ended.
    ends: HashMap<u64, u32>,
    bulk: Option<Bulk>,
    ticks: u64,
}

impl Yard {
    fn obey(&mut self, cx: &Context) -> Result<()> {
        let text = fs::read_to_string(yard().join("orders"))?;
        // What is being written at this moment comes with the next signal.
        let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
        for order in whole.lines().skip(std::mem::replace(&mut self.obeyed, whole.lines().count())) {
            self.order(cx, order)?;
        }
        Ok(())
    }

    fn order(&mut self, cx: &Context, order: &str) -> Result<()> {
        let (word, rest) = order.split_once(' ').unwrap_or((order, ""));
        match word {
            "call" => self.call(cx, rest)?,
            "flood" => flood(cx, rest.parse()?),
            "bulk" => {
                self.bulk = Some(Bulk::new(rest)?);
                self.go_on(cx);
            }
            "task" => drop(cx.task(churn, (rest.parse::<u64>()?,))?),
            "view" => log::info!("view {:?}", cx.pool(Hand::meet)),
            "resize" => cx.resize(Hand::meet, rest.parse()?),
            "revive" => cx.revive(Hand::meet),
            "threads" => threads(rest.parse()?)?,
            // A descriptor as careless libraries open them: every child inherits it.
            "leak" => leak()?,
            _ => return Err(format!("no such order: {order}").into()),
        }
        Ok(())
    }

    /// `NUMBER TIMES FATE`: the call, and what becomes of it at once.
    fn call(&mut self, cx: &Context, text: &str) -> Result<()> {
        let mut parts = text.splitn(3, ' ');
        let mut next = || parts.next().ok_or("an order has a number, a count and a fate");
        let (number, times, fate) = (next()?.parse::<u64>()?, next()?.parse::<u64>()?, next()?);
        for number in number..number + times {
            match cx.call(Hand::meet, (fate.to_owned(), number, String::new())) {
                Ok(ticket) => log::info!("called {} for {number}", ticket.id()),
                Err(refused) => log::info!("refused {number}: {refused}"),
            }
        }
        let idle = cx.pool(Hand::meet).is_some_and(|pool| pool.is_idle());
        log::info!("ordered until {}, idle {idle}", number + times);
        Ok(())
    }

    /// Keeps as many calls under way as were asked for.
    fn go_on(&mut self, cx: &Context) {
        let Some(bulk) = &mut self.bulk else { return };
        while let Some(arguments) = bulk.next() {
            if let Err(refused) = cx.call(Hand::meet, arguments) {
                log::error!("bulk refused: {refused}");
                cx.stop();
                return;
            }
        }
        if bulk.is_done() {
            log::info!("bulk done: {bulk}; view {:?}", cx.pool(Hand::meet));
            self.bulk = None;
        }
    }

    fn ended(&mut self, cx: &Context, call: &Call, value: Option<Value>) {
        let times = self.ends.entry(call.id()).or_default();
        *times += 1;
        if *times > asked("AGAIN").unwrap_or(0) + 1 {
            log::error!("call {} was told to have ended {times} times", call.id());
        }
        if let Some(bulk) = &mut self.bulk {
            bulk.ended(call, value);
            return self.go_on(cx);
        }
        let (fate, number, _) = call.arguments::<(String, u64, String)>().unwrap_or_default();
        let (attempts, took) = (call.attempts(), call.took().as_micros());
        let how = match (&value, call.failure()) {
            (Some((_, pid, text)), _) => format!("returned by {pid}: {text}"),
            (None, failure) => format!("{failure:?}"),
        };
        let since = hand::stamped().map_or(0, |stamp| cx.now().mono.0.saturating_sub(stamp) / 1000);
        let pid = call.pid().unwrap_or(0);
        log::info!("ended {number} {fate}, attempts {attempts} took {took} us since {since} us of {pid}: {how}");
    }
}

/// As many calls as the pool takes, and as many again as are asked for.
fn flood(cx: &Context, calls: u64) {
    let (mut accepted, mut full) = (0u64, 0u64);
    for number in 0..calls {
        match cx.call(Hand::meet, ("fine".to_owned(), number, String::new())) {
            Ok(_) => accepted += 1,
            Err(Refused::Full { .. }) => full += 1,
            Err(other) => log::error!("flood refused: {other}"),
        }
    }
    let memory = cx.stats().memory;
    log::info!("flood: accepted {accepted} full {full}, memory {memory}");
}

/// Threads that come and go.
fn threads(count: u64) -> Result<()> {
    for _ in 0..count {
        std::thread::spawn(std::thread::yield_now).join().map_err(|_| "a thread panicked")?;
    }
    log::info!("{count} threads have ended");
    Ok(())
}

fn leak() -> Result<()> {
    use std::os::fd::{AsRawFd, IntoRawFd};
    let file = fs::File::open("/proc/self/status")?;
    // SAFETY: clears the flags of a descriptor that stays open; no memory is passed.
    unsafe { libc::fcntl(file.as_raw_fd(), libc::F_SETFD, 0) };
    log::info!("leaked {}", file.into_raw_fd());
    Ok(())
}

/// A task: a process for one call.
fn churn(millis: u64) -> Result<u64, String> {
    std::thread::sleep(Duration::from_millis(millis));
    Ok(millis)
}

impl Daemon for Yard {
    fn declare(spec: &mut Spec<Self>) {
        // `Context` can neither be sent to a thread nor shared with one: processes are started on the main thread only.
        fault::stays_on_its_thread::<Context, _, _>();
        spec.package(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
        spec.name("yard");
        if let Some(millis) = asked("TICK") {
            spec.interval(Duration::from_millis(millis));
            spec.execute(Self::tick);
        }
        spec.setup(|_| Self::default());
        spec.workers::<Hand>();
        spec.task(churn).limit(asked("TASKS").unwrap_or(1)).spawn(Spawn::lazy());
        spec.on(Signal::USR2, |daemon, cx| daemon.obey(cx));
        spec.returned(Hand::meet, |daemon, cx, call, value| daemon.ended(cx, call, Some(value)));
        spec.failed(Hand::meet, |daemon, cx, call| {
            daemon.ended(cx, call, None);
            if asked::<u32>("AGAIN").is_some_and(|times| call.attempts() <= times) {
                cx.retry(call)?;
            }
            Ok::<(), Refused>(())
        });
        spec.returned(
            churn,
            |_, cx, _, millis| {
                if cx.stopping() { Ok(()) } else { cx.task(churn, (millis,)).map(drop) }
            },
        );
        spec.on(Event::shutdown(), |_, _| log::info!("shutdown"));
    }
}

impl Yard {
    fn tick(&mut self, cx: &Context) -> Result<()> {
        self.ticks += 1;
        if let Some(fate) = asked::<String>("EFFECTS") {
            hand::effect("daemon", self.ticks)?;
            if self.ticks == 1 {
                self.call(cx, &format!("0 4 {fate}"))?;
            }
        } else {
            log::info!("tick {}", self.ticks);
        }
        Ok(())
    }
}

/// What must not compile.
mod fault {
    pub trait IfSend<A> {}
    impl<T: ?Sized> IfSend<()> for T {}
    impl<T: ?Sized + Send> IfSend<u8> for T {}
    pub trait IfSync<A> {}
    impl<T: ?Sized> IfSync<()> for T {}
    impl<T: ?Sized + Sync> IfSync<u8> for T {}

    /// Can not be inferred, and so does not compile, for a type that is `Send` or `Sync`.
    pub fn stays_on_its_thread<T: IfSend<A> + IfSync<B>, A, B>() {}
}

fn main() -> ExitCode {
    Yard::main()
}
