//! Ticks and writes down for each the slot it belongs to.
//!
//! `RECORD` names the file; `TICKS` ends it after so many; `SAY` logs every so manieth; `HOLD` makes every `HOLD_EVERY`th
//! tick last that many intervals; `IDLE` names a file for idle events, each used up to its end; on USR2 the interval
//! becomes `CHANGE`.

mod past_faketime;

use std::fs::File;

use daemon_core::clock::Mono;
use daemon_core::prelude::*;
use daemon_tests::asked;
use daemon_tests::grid::{Tick, until};

struct Ticker {
    record: File,
    idles: Option<File>,
    ticks: u64,
}

impl Ticker {
    fn new() -> Result<Self> {
        let open = |name: &str| asked::<String>(name).map(File::create).transpose();
        let record = open("RECORD")?.ok_or("RECORD must name a file")?;
        Ok(Self { record, idles: open("IDLE")?, ticks: 0 })
    }

    fn tick(&mut self, cx: &Context) -> Result<()> {
        let tick = Tick::look(cx);
        if asked("HOLD_EVERY").is_some_and(|every| self.ticks.is_multiple_of(every)) {
            let intervals: f64 = asked("HOLD").ok_or("HOLD must be a number")?;
            // The slot of this tick was due one interval before the next.
            let rest = cx.interval().mul_f64(intervals - 1.0);
            until(cx, Mono(tick.next_low).plus(rest).0);
        }
        self.ticks += 1;
        tick.write(&mut self.record, cx)?;
        if self.ticks.is_multiple_of(asked("SAY").unwrap_or(1)) {
            log::info!("tick {}", self.ticks);
        }
        if asked("TICKS") == Some(self.ticks) {
            cx.stop();
        }
        Ok(())
    }

    /// Wastes what time is left, as long as there is some.
    fn idle(&mut self, cx: &Context) -> Result<()> {
        let Some(idles) = &mut self.idles else {
            return Ok(());
        };
        let tick = Tick::look(cx);
        while cx.is_idle() {
            std::hint::spin_loop();
        }
        Ok(tick.write(idles, cx)?)
    }
}

impl Daemon for Ticker {
    fn declare(spec: &mut Spec<Self>) {
        spec.package("time-grid", env!("CARGO_PKG_VERSION"));
        spec.interval(duration!("10ms"));
        spec.setup(|_| Self::new());
        spec.execute(Self::tick);
        spec.on(Event::idle(), Self::idle);
        spec.on(Event::error(), |_, cx| {
            if let Cause::Error(text) = cx.cause() {
                log::info!("error event: {text}");
            }
        });
        spec.on(Signal::USR2, |_, cx| {
            let text: String = asked("CHANGE").unwrap_or_default();
            match duration::parse(&text) {
                Ok(interval) => cx.set_interval(interval),
                Err(flaw) => cx.error(flaw.to_string()),
            }
        });
    }
}

fn main() -> ExitCode {
    Ticker::main()
}
