//! Several timers in one loop, beside the main job and what is left of its interval.
//!
//! `cargo run --example timers`

use daemon_core::prelude::*;

#[derive(Default)]
struct Timers {
    ticks: u32,
    tidied: u32,
}

/// Ticks once a second, with two slower timers and some work for idle moments.
#[daemon(name = "timers", interval = "1s", missed = burst(3))]
impl Timers {
    #[execute]
    fn tick(&mut self, cx: &Context) {
        self.ticks += 1;
        log::info!("tick {}", self.ticks);
        if self.ticks == 5 {
            log::info!("that was enough");
            cx.stop();
        }
    }

    /// In the same thread as the ticks: the two never run at once.
    #[every("1.4s")]
    fn slower(&self) {
        log::info!("slower, after tick {}", self.ticks);
    }

    #[every("2.4s")]
    fn slowest(&self) -> Result<()> {
        log::info!("slowest, after tick {}", self.ticks);
        Ok(())
    }

    /// Small steps, as long as there is time in this interval.
    #[on(idle)]
    fn tidy(&mut self, cx: &Context) {
        while cx.is_idle() && self.tidied < 3 {
            self.tidied += 1;
            log::info!("tidied {}", self.tidied);
        }
    }
}

fn main() -> ExitCode {
    Timers::main()
}
