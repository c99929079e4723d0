//! Its main job fails as `FAILS` says, its error hooks as `HOOK` says.

use daemon_core::prelude::*;
use daemon_core::{Exit, OnError};
use daemon_tests::asked;

struct Errors {
    iterations: u64,
    told: u64,
}

impl Errors {
    fn execute(&mut self, cx: &Context) -> Result<()> {
        self.iterations += 1;
        if self.iterations == 5 {
            log::info!("told {} errors in {} iterations", self.told, self.iterations);
            cx.stop();
        }
        if self.iterations == 2 {
            return Err(Error::new(Exit::NoInput, "no input today").into());
        }
        Ok(())
    }

    fn hear(&mut self, cx: &Context) -> Result<()> {
        let Cause::Error(text) = cx.cause() else {
            return Err("not an error".into());
        };
        self.told += 1;
        if self.told > 100 {
            // It calls itself: there is nothing more to learn from that.
            std::process::abort();
        }
        log::info!("hook {} heard: {text}", self.told);
        match asked::<String>("HOOK").unwrap_or_default().as_str() {
            "fails" => Err("the error hook fails too".into()),
            "asks" => {
                cx.error("an error about an error");
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

impl Daemon for Errors {
    fn declare(spec: &mut Spec<Self>) {
        let goes_on = |what: &str| asked::<String>(what).is_none_or(|word| word != "stop");
        let policy = |goes_on: bool| if goes_on { OnError::log() } else { OnError::stop() };
        spec.package("panic-errors", env!("CARGO_PKG_VERSION"));
        spec.interval(duration!("5ms"));
        spec.setup(|_| Self { iterations: 0, told: 0 });
        spec.execute(Self::execute).on_error(policy(goes_on("FAILS")));
        spec.on(Event::error(), Self::hear).on_error(OnError::log());
    }
}

fn main() -> ExitCode {
    Errors::main()
}
