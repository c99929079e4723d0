//! Tasks side by side: each call has a process of its own, which ends after it, and the loop goes on meanwhile.
//!
//! `cargo run --example parallel_tasks --features workers`

use std::collections::BTreeMap;

use daemon_core::prelude::*;
use daemon_core::worker::Call;

/// What came of each call, by its argument.
#[derive(Default)]
struct Tasks {
    answers: BTreeMap<u64, String>,
}

/// Counts primes below four limits, in up to three processes at once, and stops.
#[daemon(name = "parallel_tasks")]
impl Tasks {
    #[on(init)]
    fn begin(&mut self, cx: &Context) -> Result<()> {
        for limit in [1_000, 10_000, 50_000, 0] {
            cx.task(Self::primes_below, (limit,))?;
        }
        log::info!("four calls made");
        Ok(())
    }

    /// How many primes there are below a limit.
    #[task(limit = 3, timeout = "1m")]
    fn primes_below(limit: u64) -> Result<u64> {
        assert!(limit > 0, "a limit of 0 makes no sense");
        let prime = |n: &u64| (2..).take_while(|d| d * d <= *n).all(|d| !n.is_multiple_of(d));
        Ok((2..limit).filter(prime).count().try_into()?)
    }

    #[on(returned = primes_below)]
    fn counted(&mut self, cx: &Context, call: &Call, count: u64) -> Result<()> {
        self.note(cx, call, format!("{count} primes"))
    }

    /// A panic in a task is its own affair: the daemon hears of it and goes on.
    #[on(failed = primes_below)]
    fn failed(&mut self, cx: &Context, call: &Call) -> Result<()> {
        let why = call.failure().map(ToString::to_string).unwrap_or_default();
        self.note(cx, call, format!("no answer: {why}"))
    }

    fn note(&mut self, cx: &Context, call: &Call, answer: String) -> Result<()> {
        let (limit,) = call.arguments()?;
        self.answers.insert(limit, answer);
        if self.answers.len() == 4 {
            for (limit, answer) in &self.answers {
                log::info!("below {limit}: {answer}");
            }
            cx.stop();
        }
        Ok(())
    }
}

fn main() -> ExitCode {
    Tasks::main()
}
